using System.Diagnostics;
using System.Globalization;

namespace Vss.Interlink.TestKit.Redis;

/// <summary>A master and its replica, watched by Sentinel, behind HAProxy: one address that leads to whichever is the master. The configuration of docs/operations.md.</summary>
public sealed class RedisBehindProxy : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-sentinel-");
    private readonly Process _sentinel;
    private readonly HaProxy _proxy;

    public RedisBehindProxy()
    {
        Replica = RedisServer.With(["--replicaof", "127.0.0.1", Text(Master.Port), "--repl-diskless-sync-delay", "0"]);
        RedisCluster.Until(() => Replica.Cli("INFO", "replication").Contains("master_link_status:up", StringComparison.Ordinal), "the replica follows its master");
        _sentinel = RedisServer.Start("redis-server", [Write("sentinel.conf", $"""
            port {LoopbackPort.Free()}
            bind 127.0.0.1
            dir {_folder.FullName}
            sentinel monitor interlink 127.0.0.1 {Master.Port} 1
            sentinel down-after-milliseconds interlink 800
            sentinel failover-timeout interlink 3000
            """), "--sentinel"], "+monitor master interlink");
        var port = LoopbackPort.Free();
        Endpoint = $"127.0.0.1:{port}";
        _proxy = new HaProxy($"""
            defaults
              mode tcp
              log global
              timeout connect 1s
              timeout client 1h
              timeout server 1h
            listen redis
              bind 127.0.0.1:{port}
              option tcp-check
              tcp-check send "INFO replication\r\n"
              tcp-check expect string role:master
              default-server check inter 200ms fall 2 rise 1 on-marked-down shutdown-sessions
              server one {Master.Endpoint}
              server two {Replica.Endpoint}
            """);
        RedisCluster.Until(() => Answers(port), "the proxy leads to the master");
    }

    /// <summary>The master at first.</summary>
    public RedisServer Master { get; } = new();

    /// <summary>Its replica at first.</summary>
    public RedisServer Replica { get; }

    /// <summary>The proxy.</summary>
    public string Endpoint { get; }

    public void Dispose()
    {
        _proxy.Dispose();
        if (!_sentinel.HasExited) _sentinel.Kill();
        _sentinel.WaitForExit();
        _sentinel.Dispose();
        Replica.Dispose();
        Master.Dispose();
        _folder.Delete(recursive: true);
    }

    private static bool Answers(int port) => RedisServer.Run("redis-cli", ["-h", "127.0.0.1", "-p", Text(port), "ROLE"]).Output.StartsWith("master", StringComparison.Ordinal);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
