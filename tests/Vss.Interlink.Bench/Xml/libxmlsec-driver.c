/* The reference of the bench "xml": libxmlsec signs or verifies one document over and over, key loaded beforehand, document parsed each time.
 * Usage: driver sign|verify DOCUMENT KEY.pem SECONDS
 * Prints: operations, seconds of processor time they took, most resident memory in KiB. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/resource.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/crypto.h>

static char *read_all(const char *path, int *length) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    fseek(file, 0, SEEK_END);
    *length = (int)ftell(file);
    rewind(file);
    char *octets = malloc(*length);
    if (octets != NULL && fread(octets, 1, *length, file) != (size_t)*length) octets = NULL;
    fclose(file);
    return octets;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static int once(int sign, const char *octets, int length, xmlSecKeyPtr key) {
    int ok = 0;
    xmlDocPtr doc = xmlReadMemory(octets, length, NULL, NULL, XML_PARSE_HUGE | XML_PARSE_NONET);
    if (doc == NULL) return 0;
    xmlNodePtr signature = xmlSecFindNode(xmlDocGetRootElement(doc), xmlSecNodeSignature, xmlSecDSigNs);
    xmlSecDSigCtxPtr ctx = xmlSecDSigCtxCreate(NULL);
    if (signature != NULL && ctx != NULL) {
        ctx->signKey = xmlSecKeyDuplicate(key);
        if (sign) {
            xmlChar *written = NULL;
            int size = 0;
            ok = xmlSecDSigCtxSign(ctx, signature) == 0;
            xmlDocDumpMemory(doc, &written, &size);
            ok = ok && size > 0;
            xmlFree(written);
        } else {
            ok = xmlSecDSigCtxVerify(ctx, signature) == 0 && ctx->status == xmlSecDSigStatusSucceeded;
        }
    }
    if (ctx != NULL) xmlSecDSigCtxDestroy(ctx);
    xmlFreeDoc(doc);
    return ok;
}

int main(int argc, char **argv) {
    if (argc != 5) return 64;
    int sign = strcmp(argv[1], "sign") == 0, length = 0;
    char *octets = read_all(argv[2], &length);
    xmlInitParser();
    if (octets == NULL || xmlSecInit() < 0 || xmlSecCryptoAppInit(NULL) < 0 || xmlSecCryptoInit() < 0) return 1;
    xmlSecKeyPtr key = xmlSecCryptoAppKeyLoad(argv[3], xmlSecKeyDataFormatPem, NULL, NULL, NULL);
    if (key == NULL) return 1;
    double from = now(), until = from + atof(argv[4]), at = from;
    long operations = 0;
    do {
        if (!once(sign, octets, length, key)) { fprintf(stderr, "the %s failed\n", argv[1]); return 1; }
        operations++;
        at = now();
    } while (at < until);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%ld %.6f %ld\n", operations, at - from, usage.ru_maxrss);
    return 0;
}
