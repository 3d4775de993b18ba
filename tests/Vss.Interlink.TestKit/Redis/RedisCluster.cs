using System.Globalization;

namespace Vss.Interlink.TestKit.Redis;

/// <summary>Three masters and three replicas, six processes, that fail over within about two seconds.</summary>
public sealed class RedisCluster : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly List<RedisServer> _nodes = [];

    public RedisCluster()
    {
        try
        {
            for (var count = 0; count < 6; count++)
            {
                var bus = LoopbackPort.Free().ToString(CultureInfo.InvariantCulture);
                _nodes.Add(RedisServer.With(
                    ["--cluster-enabled", "yes", "--cluster-config-file", "{folder}/nodes.conf", "--cluster-node-timeout", "1000", "--cluster-port", bus, "--cluster-require-full-coverage", "no", "--repl-diskless-sync-delay", "0"]));
            }

            _nodes[0].Cli(["--cluster", "create", .. _nodes.Select(node => node.Endpoint), "--cluster-replicas", "1", "--cluster-yes"]);
            Until(() => _nodes.All(node => node.Cli("CLUSTER", "INFO").Contains("cluster_state:ok", StringComparison.Ordinal)) && _nodes.Count(node => Role(node, "slave")) == 3, "the cluster is whole");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<RedisServer> Nodes => _nodes;

    /// <summary>The master that has the key.</summary>
    public RedisServer MasterOf(string key)
    {
        var slot = int.Parse(_nodes[0].Cli("CLUSTER", "KEYSLOT", key), CultureInfo.InvariantCulture);
        return _nodes.Single(node => Role(node, "master") && Owns(node, slot));
    }

    /// <summary>Hands the slots of the master over to its replica, by the replica's own will.</summary>
    public void FailOver(RedisServer master)
    {
        var replica = _nodes.First(node => node != master && Role(node, "slave") && node.Cli("INFO", "replication").Contains($"master_port:{master.Port}\r", StringComparison.Ordinal));
        Until(() => replica.Cli("INFO", "replication").Contains("master_link_status:up", StringComparison.Ordinal), "the replica follows its master");
        replica.Cli("CLUSTER", "FAILOVER");
        Until(() => Role(replica, "master") && Role(master, "slave"), "the replica is the master");
    }

    /// <summary>Comes back when the condition holds.</summary>
    public static void Until(Func<bool> condition, string what)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(since) > s_patience) throw new TimeoutException($"It did not come to that {what}.");
            Thread.Sleep(100);
        }
    }

    public void Dispose() => _nodes.ForEach(node => node.Dispose());

    private static bool Role(RedisServer node, string role) => node.Cli("ROLE").StartsWith(role, StringComparison.Ordinal);

    // A line of CLUSTER NODES: id, address, flags, master, ping, pong, epoch, link, slots as "0-5460" or "7".
    private static bool Owns(RedisServer node, int slot)
    {
        var own = node.Cli("CLUSTER", "NODES").Split('\n').Single(line => line.Contains("myself", StringComparison.Ordinal)).Trim().Split(' ');
        return own.Skip(8).Where(slots => slots[0] != '[').Select(slots => slots.Split('-')).Any(range =>
            int.Parse(range[0], CultureInfo.InvariantCulture) <= slot && slot <= int.Parse(range[^1], CultureInfo.InvariantCulture));
    }
}
