/** The pool settings of packages/rack-registry, but with fewer connections, because no load needs more. */
export const poolSettings = {
  connections: 256,
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: 50_000,
  keepAliveMaxTimeout: 50_000,
  maxHeaderSize: 64 * 1024,
}
