using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Sandbox.Axis;

/// <summary>A system that may call the axis, and the organ it speaks for.</summary>
/// <param name="SystemId">What it calls itself in <c>XroadVnpt-systemid</c>.</param>
/// <param name="Secret">The key of its HMAC.</param>
/// <param name="OrganId">The one organ it may send for and receive for.</param>
/// <param name="Name">The organ's name, for the list of agencies.</param>
public sealed record AxisSystem(string SystemId, string Secret, string OrganId, string Name);

/// <summary>How the axis is played.</summary>
public sealed record AxisOptions
{
    /// <summary>0 takes a free one. The server listens on loopback only.</summary>
    public int Port { get; init; }

    /// <summary>With its key; null for plain HTTP.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Systems that call over HTTP.</summary>
    public required IReadOnlyList<AxisSystem> Systems { get; init; }

    /// <summary>More organs on the axis, by id and name: they have no system of their own and are played through <c>/sandbox</c>.</summary>
    public IReadOnlyDictionary<string, string> Agencies { get; init; } = new Dictionary<string, string>();

    /// <summary>The id under which the axis adds its trace header.</summary>
    public string TransitOrganId { get; init; } = "999.00.00.AXIS";

    /// <summary>Largest packet taken.</summary>
    public long PacketBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>How far a request's timestamp may be off.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(5);

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
