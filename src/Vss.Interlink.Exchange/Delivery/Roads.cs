namespace Vss.Interlink.Exchange.Delivery;

/// <summary>The roads by name, as routes and the ledger have them. What stands in a ledger is read for as long as there is one, so a road keeps its name.</summary>
public static class Roads
{
    /// <summary>Over a relay: what it says is evidence of the relay.</summary>
    public const string Axis = "axis";

    /// <summary>Made available first, taken over later.</summary>
    public const string Box = "box";

    /// <summary>To VSS's own services.</summary>
    public const string Inside = "inside";
}
