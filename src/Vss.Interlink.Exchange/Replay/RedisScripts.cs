namespace Vss.Interlink.Exchange.Replay;

/// <summary>
/// The atomic steps, as Redis runs them. Each touches keys of one cluster slot. Times are Redis's own, so that no node's clock can end another's lease. A claim is a hash: state
/// (<c>in-flight</c> or <c>accepted</c>), digest, owner and fence while in flight, exchange once accepted. Every answer is an array.
/// </summary>
internal static class RedisScripts
{
    /// <summary>
    /// KEYS: claim. ARGV: owner, fence, digest, lease in ms, exchange that the ledger does not know or empty. Answers nothing when it is taken, else state, digest, exchange, owner. What is in
    /// flight without an end was not written by a hub, and would never go away; what ends later than a lease can was written before Redis's clock was set back. Neither stands.
    /// </summary>
    public const string Claim = """
        local was = redis.call('HMGET', KEYS[1], 'state', 'digest', 'exchange', 'owner', 'fence')
        if was[1] == 'in-flight' and was[4] == ARGV[1] and was[5] == ARGV[2] then return {} end
        local left = redis.call('PTTL', KEYS[1])
        local stands = (was[1] == 'in-flight' and left > 0 and left <= 2 * tonumber(ARGV[4])) or (was[1] == 'accepted' and was[3] ~= ARGV[5])
        if stands then return { was[1], was[2], was[3] or '', was[4] or '' } end
        redis.call('DEL', KEYS[1])
        redis.call('HSET', KEYS[1], 'state', 'in-flight', 'digest', ARGV[3], 'owner', ARGV[1], 'fence', ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        return {}
        """;

    /// <summary>KEYS: claim. ARGV: owner, fence, exchange, ms to remember. Answers 1, or 0 when the claim no longer stands under this owner and fence.</summary>
    public const string Accepted = """
        local was = redis.call('HMGET', KEYS[1], 'state', 'owner', 'fence')
        if was[1] ~= 'in-flight' or was[2] ~= ARGV[1] or was[3] ~= ARGV[2] then return { 0 } end
        redis.call('HSET', KEYS[1], 'state', 'accepted', 'exchange', ARGV[3])
        redis.call('HDEL', KEYS[1], 'owner', 'fence')
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        return { 1 }
        """;

    /// <summary>KEYS: claim. ARGV: owner, fence. Answers as <see cref="Accepted"/>.</summary>
    public const string Release = """
        local was = redis.call('HMGET', KEYS[1], 'state', 'owner', 'fence')
        if was[1] ~= 'in-flight' or was[2] ~= ARGV[1] or was[3] ~= ARGV[2] then return { 0 } end
        redis.call('DEL', KEYS[1])
        return { 1 }
        """;

    /// <summary>KEYS: nonce. ARGV: ms to remember. Answers 1 for the first time, else 0.</summary>
    public const string See = """
        if redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return { 1 } end
        return { 0 }
        """;

    /// <summary>KEYS: bucket and slots of a partner. ARGV: slot, rate a second, burst, most in flight, life of a slot in ms. Answers 0 when it is in, else after how many ms to try again. As in <see cref="Claim"/>, a slot that ends later than it can is none.</summary>
    public const string Enter = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local rate, burst = tonumber(ARGV[2]), tonumber(ARGV[3])
        redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
        redis.call('ZREMRANGEBYSCORE', KEYS[2], string.format('%.0f', now + 2 * ARGV[5]), '+inf')
        if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[4]) then return { 1000 } end
        local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
        local passed = math.max(0, now - (tonumber(bucket[2]) or now))
        local tokens = math.min(burst, (tonumber(bucket[1]) or burst) + passed * rate / 1000)
        local enters = tokens >= 1
        redis.call('HSET', KEYS[1], 'tokens', tostring(enters and tokens - 1 or tokens), 'at', string.format('%.0f', now))
        redis.call('PEXPIRE', KEYS[1], math.ceil(burst * 1000 / rate) + 1000)
        if not enters then return { math.ceil((1 - tokens) * 1000 / rate) } end
        redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[5]), ARGV[1])
        redis.call('PEXPIRE', KEYS[2], ARGV[5])
        return { 0 }
        """;

    /// <summary>KEYS: slots of a partner. ARGV: slot.</summary>
    public const string Leave = "return { redis.call('ZREM', KEYS[1], ARGV[1]) }";

    /// <summary>KEYS: anything. Goes the way of every step and changes nothing.</summary>
    public const string Probe = "return { redis.call('HGET', KEYS[1], 'state') or '' }";
}
