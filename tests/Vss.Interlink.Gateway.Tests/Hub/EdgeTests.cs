using System.Net;
using System.Text;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>What is served at one edge does not exist at the other.</summary>
[Collection(SharedHubTests.Name)]
public sealed class EdgeTests(SharedHub shared)
{
    [Theory]
    [InlineData("interlink.v1.DossierExchange/Get")]
    [InlineData("interlink.v1.Inbox/Receive")]
    [InlineData("interlink.admin.v1.Admin/Trace")]
    [InlineData("grpc.health.v1.Health/Check")]
    public async Task The_inside_services_are_not_there_for_partners(string path)
    {
        using var inside = HubProcess.Pki.Load("inside");
        using var http = shared.Hub.Http(inside);
        using var request = Post(new Uri(shared.Hub.Partners, path), "application/grpc");
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("soap/v1")]
    [InlineData("health")]
    public async Task The_partners_services_are_not_there_for_the_inside(string path)
    {
        using var inside = HubProcess.Pki.Load("inside");
        using var http = shared.Hub.Http(inside);
        using var request = Post(new Uri(shared.Hub.Inside, path), "text/xml");
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Health_answers_while_the_ledger_does()
    {
        using var http = shared.Hub.Http();
        Assert.Equal("healthy\n", await http.GetStringAsync(new Uri(shared.Hub.Partners, "health")));
    }

    private static HttpRequestMessage Post(Uri address, string mediaType) => new(HttpMethod.Post, address)
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = new StringContent("", Encoding.UTF8, mediaType),
    };
}
