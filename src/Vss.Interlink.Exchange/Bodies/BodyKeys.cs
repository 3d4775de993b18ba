using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>
/// The master keys of bodies at rest, by id, one of them current. An id means the same octets for as long as the process lives: what was wrapped under others could not be read once the right ones are back.
/// </summary>
/// <threadsafety>Safe for any number of threads.</threadsafety>
public sealed partial class BodyKeys
{
    public const int MaxIdLength = 32;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);
    private static readonly JsonSerializerOptions Strict = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false };

    private readonly string? _file;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private volatile Ring _ring;
    private volatile string? _trouble;
    private long _lookedAt;

    private BodyKeys(string? file, Ring ring, TimeProvider clock, ILogger logger) => (_file, _ring, _clock, _logger, _lookedAt) = (file, ring, clock, logger, clock.GetTimestamp());

    /// <summary>Id of the key that wraps now.</summary>
    public string CurrentId => _ring.Current.Id;

    /// <summary>
    /// Opens <c>file:///PATH</c>: JSON, <c>{"current": "ID", "keys": {"ID": "BASE64 of 32 octets"}}</c>, readable by its owner alone. A changed file is seen within half a minute, and at once where
    /// a body asks for a key that is not known.
    /// </summary>
    /// <exception cref="NotSupportedException">Another scheme.</exception>
    /// <exception cref="InvalidDataException">The file is not as it must be.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static BodyKeys Open(Uri keys, TimeProvider clock, ILogger<BodyKeys>? logger = null)
    {
        if (!keys.IsAbsoluteUri || keys.Scheme != Uri.UriSchemeFile) throw new NotSupportedException($"No provider of body keys for '{(keys.IsAbsoluteUri ? keys.Scheme : "relative")}:' here; use a file: URI.");
        return new BodyKeys(keys.LocalPath, Read(keys.LocalPath, FrozenDictionary<string, MasterKey>.Empty), clock, logger ?? NullLogger<BodyKeys>.Instance);
    }

    /// <summary>Keys that are held in memory alone.</summary>
    internal static BodyKeys Of(string current, params (string Id, byte[] Key)[] keys)
    {
        var ring = keys.ToFrozenDictionary(key => key.Id, key => new MasterKey(key.Id, key.Key));
        return new BodyKeys(null, new Ring(ring[current], ring, ring), TimeProvider.System, NullLogger.Instance);
    }

    /// <summary>Reads the file again.</summary>
    /// <exception cref="InvalidDataException">The file is not as it must be, or has other octets under an id than it had; the keys that were read before stay.</exception>
    /// <exception cref="IOException">The file cannot be read; likewise.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Reload()
    {
        Volatile.Write(ref _lookedAt, _clock.GetTimestamp());
        if (_file is null) return;
        try
        {
            _ring = Read(_file, _ring.Ever);
            if (_trouble is not null) LogWell(_logger, _file);
            _trouble = null;
        }
        catch (Exception wrong) when (IsOfTheFile(wrong))
        {
            if (_trouble != wrong.Message) LogTrouble(_logger, wrong.Message);
            _trouble = wrong.Message;
            throw;
        }
    }

    /// <summary>What is wrong with the file, after a look at it when the last one is too long ago; null when nothing is. Bodies go on under the keys that were read before.</summary>
    public string? FindTrouble()
    {
        LookNowAndThen();
        return _trouble;
    }

    /// <summary>Whether a key file that is not as it must be, or cannot be read, throws this.</summary>
    internal static bool IsOfTheFile(Exception wrong) => wrong is IOException or InvalidDataException or UnauthorizedAccessException;

    /// <summary>The current key, after a look at the file when the last one is too long ago.</summary>
    internal MasterKey Current()
    {
        LookNowAndThen();
        return _ring.Current;
    }

    /// <summary>The key with the id; null when there is none, in the file as it is now.</summary>
    internal MasterKey? Find(string id)
    {
        if (!_ring.Keys.ContainsKey(id)) LookAgain();
        return _ring.Keys.GetValueOrDefault(id);
    }

    private void LookNowAndThen()
    {
        if (_clock.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= LookEvery) LookAgain();
    }

    // A file that is being edited must not stop the intake: what was read last is still right. Commands read it by Reload, and say what is wrong with it.
    private void LookAgain()
    {
        try
        {
            Reload();
        }
        catch (Exception wrong) when (IsOfTheFile(wrong))
        {
        }
    }

    private static Ring Read(string path, FrozenDictionary<string, MasterKey> ever)
    {
        // The mode is no use after a copy went out, but it shows the mistake on the day it is made.
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new InvalidDataException($"'{path}' must be readable by its owner alone (chmod 600).");
        if (Parse(path) is not { Current: { } current, Keys: { } keys }) throw new InvalidDataException($"'{path}' must have 'current' and 'keys'.");
        if (!keys.ContainsKey(current)) throw new InvalidDataException($"'{path}' names '{current}' as current and has no such key.");
        var ring = keys.ToFrozenDictionary(key => key.Key, key => Key(path, key.Key, key.Value));
        if (ring.Values.FirstOrDefault(key => ever.TryGetValue(key.Id, out var had) && !had.HasOctetsOf(key)) is { } changed)
            throw new InvalidDataException($"'{path}', key '{changed.Id}': its value is not the one that this hub has known under that id. Put the old one back, for bodies are under it; a new key has a new id.");
        return new Ring(ring[current], ring, ever.Values.UnionBy(ring.Values, key => key.Id).ToFrozenDictionary(key => key.Id));
    }

    private static KeyFile? Parse(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<KeyFile>(stream, Strict);
        }
        catch (JsonException other)
        {
            // Its message may quote the file.
            throw new InvalidDataException($"'{path}' is no JSON of the form {{\"current\": \"ID\", \"keys\": {{\"ID\": \"BASE64 of 32 octets\"}}}}, at line {other.LineNumber + 1}.");
        }
    }

    private static MasterKey Key(string path, string id, string? text)
    {
        if (id.Length is 0 or > MaxIdLength || !id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-'))
            throw new InvalidDataException($"'{path}', key '{id}': no id: 1 to {MaxIdLength} letters, digits, '.', '_' or '-'.");
        var octets = new byte[MasterKey.Length];
        return Convert.TryFromBase64String(text ?? "", octets, out var length) && length == octets.Length
            ? new MasterKey(id, octets)
            : throw new InvalidDataException($"'{path}', key '{id}': its value is not 32 octets in base64.");
    }

    // Ever: those that the file had before, too.
    private sealed record Ring(MasterKey Current, FrozenDictionary<string, MasterKey> Keys, FrozenDictionary<string, MasterKey> Ever);

    private sealed record KeyFile(string? Current, Dictionary<string, string>? Keys);

    [LoggerMessage(2603, LogLevel.Error, "Exchange:BodyKeys is not as it must be, and bodies go on under the keys that were read before: {Trouble}")]
    private static partial void LogTrouble(ILogger logger, string trouble);

    [LoggerMessage(2604, LogLevel.Information, "Exchange:BodyKeys is as it must be again: '{File}'")]
    private static partial void LogWell(ILogger logger, string file);
}
