using System.Runtime.InteropServices;
using System.Text;

namespace Vss.Interlink.XmlSecurity.Tests.Canonical;

/// <summary>The canonicaliser of libxml2, in this process, as a second opinion. It does not replace anything in namespace names, against section 2.3 of Canonical XML.</summary>
internal static partial class Libxml2
{
    private const string Library = "libxml2.so.2";
    private const int SubstituteEntities = 1 << 1, NoNetwork = 1 << 11, NoErrors = 1 << 5, NoWarnings = 1 << 6, Huge = 1 << 19;
    private const int ElementNode = 1;

    // struct _xmlNode: _private, type, name, children, last, parent, next.
    private const int TypeAt = 8, ChildrenAt = 24, ParentAt = 40, NextAt = 48;

    private static readonly StructuredError Silent = (_, _) => { };

    private delegate int IsVisible(IntPtr userData, IntPtr node, IntPtr parent);

    private delegate void StructuredError(IntPtr userData, IntPtr error);

    public static bool IsHere { get; } = NativeLibrary.TryLoad(Library, out _);

    /// <summary>The canonical octets of the document, or of the element with this ordinal; null when libxml2 refuses the document or to canonicalise it.</summary>
    public static byte[]? Write(byte[] octets, CanonicalizationMethod method, int ordinal = 0, string? prefixes = null, int leftOut = 0)
    {
        xmlSetStructuredErrorFunc(IntPtr.Zero, Silent);   // of this thread
        var document = xmlReadMemory(octets, octets.Length, null, null, SubstituteEntities | NoNetwork | NoErrors | NoWarnings | Huge);
        if (document == IntPtr.Zero) return null;
        var buffer = xmlAllocOutputBuffer(IntPtr.Zero);
        try
        {
            var apex = ordinal == 0 ? IntPtr.Zero : Element(document, ordinal);
            var without = leftOut == 0 ? IntPtr.Zero : Element(document, leftOut);
            var mode = method.IsExclusive ? 1 : method.IsVersion11 ? 2 : 0;
            IsVisible? isVisible = ordinal + leftOut == 0 ? null
                : (_, node, parent) => (ordinal == 0 || IsWithin(node, parent, apex)) && (leftOut == 0 || !IsWithin(node, parent, without)) ? 1 : 0;
            var list = method.IsExclusive && prefixes is not null ? prefixes.Split(' ').Select(Marshal.StringToCoTaskMemUTF8).Append(IntPtr.Zero).ToArray() : null;
            var written = xmlC14NExecute(document, isVisible, IntPtr.Zero, mode, list, method.WithComments ? 1 : 0, buffer);
            foreach (var prefix in list ?? []) Marshal.FreeCoTaskMem(prefix);
            GC.KeepAlive(isVisible);
            if (written < 0) return null;
            var canonical = new byte[xmlOutputBufferGetSize(buffer)];
            Marshal.Copy(xmlOutputBufferGetContent(buffer), canonical, 0, canonical.Length);
            return canonical;
        }
        finally
        {
            _ = xmlOutputBufferClose(buffer);
            xmlFreeDoc(document);
        }
    }

    private static bool IsWithin(IntPtr node, IntPtr parent, IntPtr apex)
    {
        if (node == apex) return true;
        for (var at = parent; at != IntPtr.Zero; at = Marshal.ReadIntPtr(at, ParentAt))
        {
            if (at == apex) return true;
        }

        return false;
    }

    private static IntPtr Element(IntPtr document, int ordinal)
    {
        var at = document;
        while (true)
        {
            if (Marshal.ReadInt32(at, TypeAt) == ElementNode && --ordinal == 0) return at;
            var next = Marshal.ReadIntPtr(at, ChildrenAt);
            for (; next == IntPtr.Zero && at != document; at = next == IntPtr.Zero ? Marshal.ReadIntPtr(at, ParentAt) : at) next = Marshal.ReadIntPtr(at, NextAt);
            if (next == IntPtr.Zero) throw new InvalidOperationException("no such element");
            at = next;
        }
    }

    [DllImport(Library)]
    private static extern IntPtr xmlReadMemory(byte[] octets, int length, string? url, string? encoding, int options);

    [DllImport(Library)]
    private static extern void xmlSetStructuredErrorFunc(IntPtr userData, StructuredError handler);

    [DllImport(Library)]
    private static extern void xmlFreeDoc(IntPtr document);

    [DllImport(Library)]
    private static extern IntPtr xmlAllocOutputBuffer(IntPtr encoder);

    [DllImport(Library)]
    private static extern int xmlOutputBufferClose(IntPtr buffer);

    [DllImport(Library)]
    private static extern IntPtr xmlOutputBufferGetContent(IntPtr buffer);

    [DllImport(Library)]
    private static extern nint xmlOutputBufferGetSize(IntPtr buffer);

    [DllImport(Library)]
    private static extern int xmlC14NExecute(IntPtr document, IsVisible? isVisible, IntPtr userData, int mode, IntPtr[]? prefixes, int withComments, IntPtr buffer);
}
