using System.Collections.Frozen;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Letters with marks taken apart, as the normalization of RFC 4518 section 2.4 asks so that a name that was typed with combining marks is the one typed without. The hub runs without the
/// Unicode data of a language library (InvariantGlobalization), so the letters of the Latin, Greek and Cyrillic scripts stand here. Ideographs have one form
/// only. What may have another form that is not known here (ligatures, circled and half-width letters, syllables) is not comparable.
/// </summary>
internal static class MarkedLetters
{
    // Of each mark the letters that have it, first without and then with it: the canonical decompositions of the Unicode character database, small letters alone.
    private static readonly Dictionary<char, string> s_byMark = new()
    {
        ['\u0300'] = "aàeèiìoòuùüǜnǹеѐиѝēḕōṑwẁâầăằêềôồơờưừyỳ",
        ['\u0301'] = "aáeéiíoóuúyýcćlĺnńrŕsśzźüǘgǵåǻæǽøǿ̈̈́¨΅ϊΐαάεέηήιίϋΰοόυύωώϒϓгѓкќçḉēḗïḯkḱmḿõṍōṓpṕũṹwẃâấăắêếôốơớưứ",
        ['\u0302'] = "aâeêiîoôuûcĉgĝhĥjĵsŝwŵyŷzẑạậẹệọộ",
        ['\u0303'] = "aãnñoõiĩuũvṽâẫăẵeẽêễôỗơỡưữyỹ",
        ['\u0304'] = "aāeēiīoōuūüǖäǟȧǡæǣǫǭöȫõȭȯȱyȳиӣуӯgḡḷḹṛṝ",
        ['\u0306'] = "aăeĕgğiĭoŏuŭийуўжӂаӑеӗȩḝạặ",
        ['\u0307'] = "cċeėgġzżaȧoȯbḃdḋfḟhḣmṁnṅpṗrṙsṡśṥšṧṣṩtṫwẇxẋyẏſẛ",
        ['\u0308'] = "aäeëiïoöuüyÿιϊυϋϒϔеёіїаӓәӛжӝзӟиӥоӧөӫэӭуӱчӵыӹhḧõṏūṻwẅxẍtẗ",
        ['\u0309'] = "aảâẩăẳeẻêểiỉoỏôổơởuủưửyỷ",
        ['\u030a'] = "aåuůwẘyẙ",
        ['\u030b'] = "oőuűуӳ",
        ['\u030c'] = "cčdďeělľnňrřsštťzžaǎiǐoǒuǔüǚgǧkǩʒǯjǰhȟ",
        ['\u030f'] = "aȁeȅiȉoȍrȑuȕѵѷ",
        ['\u0311'] = "aȃeȇiȋoȏrȓuȗ",
        ['\u031b'] = "oơuư",
        ['\u0323'] = "bḅdḍhḥkḳlḷmṃnṇrṛsṣtṭvṿwẉzẓaạeẹiịoọơợuụưựyỵ",
        ['\u0324'] = "uṳ",
        ['\u0325'] = "aḁ",
        ['\u0326'] = "sștț",
        ['\u0327'] = "cçgģkķlļnņrŗsştţeȩdḑhḩ",
        ['\u0328'] = "aąeęiįuųoǫ",
        ['\u032d'] = "dḓeḙlḽnṋtṱuṷ",
        ['\u032e'] = "hḫ",
        ['\u0330'] = "eḛiḭuṵ",
        ['\u0331'] = "bḇdḏkḵlḻnṉrṟtṯzẕhẖ",
    };

    private static readonly FrozenDictionary<char, (char Base, char Mark)> s_parts = s_byMark
        .SelectMany(row => row.Value.Chunk(2).Select(pair => (With: pair[1], Base: pair[0], Mark: row.Key)))
        .ToFrozenDictionary(letter => letter.With, letter => (letter.Base, letter.Mark));

    /// <summary>Appends a small letter, its marks after it.</summary>
    public static void Append(List<char> text, char letter)
    {
        if (s_parts.TryGetValue(letter, out var parts))
        {
            Append(text, parts.Base);
            Append(text, parts.Mark);
            return;
        }

        // Marks of different places may be typed in any order; those of one place may not (the canonical ordering of the Unicode standard, section 3.11).
        var at = text.Count;
        if (Place(letter) is var place and > 0)
        {
            while (at > 0 && Place(text[at - 1]) > place) at--;
        }

        text.Insert(at, letter);
    }

    /// <summary>Whether a letter, folded and taken apart, is the only form of itself (Form KC): everything that could be typed otherwise has become it.</summary>
    public static bool IsComparable(char letter) => letter switch
    {
        < '\u007f' => true,
        '\u00a8' or '\u00aa' or '\u00af' or '\u00b2' or '\u00b3' or '\u00b4' or '\u00b8' or '\u00b9' or '\u00ba' or '\u00bc' or '\u00bd' or '\u00be' => false,
        '\u0133' or '\u0140' or '\u0149' or '\u017f' or (>= '\u01c4' and <= '\u01cc') or (>= '\u01f1' and <= '\u01f3') => false,
        '\u0340' or '\u0341' or '\u0343' or '\u0344' or '\u0374' or '\u037a' or '\u037e' or '\u0384' or '\u0385' or '\u0387' => false,
        (>= '\u03d0' and <= '\u03d6') or (>= '\u03f0' and <= '\u03f2') or '\u03f4' or '\u03f5' or '\u03f9' or '\u1e9a' or '\u1e9b' => false,
        (>= '\u00a1' and <= '\u02af') or (>= '\u0300' and <= '\u052f') or (>= '\u1e00' and <= '\u1eff') => true,
        '\u2010' or (>= '\u2012' and <= '\u2015') or (>= '\u2018' and <= '\u2022') or (>= '\u3400' and <= '\u9fff') => true,
        _ => false,
    };

    // The canonical combining class; zero for what is no mark.
    private static int Place(char letter) => letter switch
    {
        '\u0327' or '\u0328' => 202,
        '\u031b' => 216,
        (>= '\u0316' and <= '\u0319') or (>= '\u031c' and <= '\u0320') or (>= '\u0323' and <= '\u0326') or (>= '\u0329' and <= '\u0333') => 220,
        '\u0345' => 240,
        (>= '\u0300' and <= '\u0314') or (>= '\u033d' and <= '\u0344') => 230,
        _ => 0,
    };
}
