namespace Vss.Interlink.EdXml;

/// <summary>
/// The order in which the axis and the vendor's Java SDK write, where it differs from the order of the clauses. Readers of the field parse by name,
/// but some compare with what the axis gives out.
/// </summary>
internal static class AxisOrder
{
    private static readonly Dictionary<string, string[]> Orders = new(StringComparer.Ordinal)
    {
        ["MessageHeader"] =
        [
            "From", "To", "DocumentId", "Code", "PromulgationInfo", "DocumentType", "Subject", "Content", "SignerInfo", "DueDate", "OtherInfo",
            "ResponseFor", "SteeringType", "ResponseForTask", "ApplicationType", "ToPlaces",
        ],
        ["ResponseFor"] = ["OrganId", "Code", "DocumentId", "PromulgationDate"],
        ["StaffInfo"] = ["DepartmentId", "Department", "StaffId", "Staff", "Email", "Mobile"],
    };

    /// <summary>The element with its sections in the axis's order, to every depth.</summary>
    public static EdXmlElement Of(EdXmlElement element)
    {
        if (element.Namespace != EdXmlNames.Qcvn) return element;
        var children = element.Children.Select(Of);
        // A status packet's header has fields of its own, and its order is the same everywhere.
        var reorder = Orders.TryGetValue(element.Name, out var order) && !element.Children.Any(field => field.IsField("StatusCode"));
        return element with { Children = [.. reorder ? children.OrderBy(field => Rank(order!, field)) : children] };
    }

    private static int Rank(string[] order, EdXmlElement field)
    {
        var rank = field.Namespace == EdXmlNames.Qcvn ? Array.IndexOf(order, field.Name) : -1;
        return rank < 0 ? order.Length : rank;
    }
}
