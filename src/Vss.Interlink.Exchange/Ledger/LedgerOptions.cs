using System.Net;
using Npgsql;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Section <c>Exchange:Ledger</c>: where the ledger is. Unset it is <c>ledger.db</c> in the data folder.</summary>
public sealed class LedgerOptions
{
    /// <summary>File of a SQLite ledger, for a hub of one node.</summary>
    public string? Sqlite { get; set; }

    /// <summary>Npgsql's connection string for a ledger that several nodes share; without a password.</summary>
    public string? Postgres { get; set; }

    /// <summary>Adds what is wrong.</summary>
    internal void Check(ICollection<string> wrong)
    {
        if (Sqlite is not null && Postgres is not null) wrong.Add("Ledger names both a SQLite file and a PostgreSQL data base; a ledger is in one place.");
        if (Sqlite is not null && string.IsNullOrWhiteSpace(Sqlite)) wrong.Add("Ledger:Sqlite is empty.");
        if (Postgres is not null) CheckPostgres(Postgres, wrong);
    }

    /// <summary>Adds what is wrong with a connection string.</summary>
    internal static void CheckPostgres(string connectionString, ICollection<string> wrong)
    {
        NpgsqlConnectionStringBuilder given;
        try
        {
            given = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException or OverflowException)
        {
            wrong.Add("Ledger:Postgres is no connection string of Npgsql.");   // not a word of it: there may be a password in it
            return;
        }

        if (string.IsNullOrEmpty(given.Host)) wrong.Add("Ledger:Postgres names no Host.");
        if (string.IsNullOrEmpty(given.Database)) wrong.Add("Ledger:Postgres names no Database.");
        if (string.IsNullOrEmpty(given.Username)) wrong.Add("Ledger:Postgres names no Username.");
        if (given.Password is not null) wrong.Add("Ledger:Postgres holds a password. Put it into the file that PGPASSFILE names (mode 0600), or into PGPASSWORD, or use a client certificate.");
        if (given.IncludeErrorDetail) wrong.Add("Ledger:Postgres asks for Include Error Detail, which would put rows of the ledger into the log.");
        if (given.SslMode != SslMode.VerifyFull && given.Host?.Split(',').All(IsThisMachine) != true)
            wrong.Add("Ledger:Postgres must say SSL Mode=VerifyFull: its Host is another machine, and a road that is not verified hands the ledger to whoever stands on it.");
    }

    private static bool IsThisMachine(string host)
    {
        host = host.Trim();
        if (host.StartsWith('/') || host.StartsWith("localhost", StringComparison.OrdinalIgnoreCase) && (host.Length == 9 || host[9] == ':')) return true;
        return IPEndPoint.TryParse(host, out var address) && IPAddress.IsLoopback(address.Address);
    }
}
