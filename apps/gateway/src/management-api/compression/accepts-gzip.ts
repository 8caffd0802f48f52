const codings = /^(?:gzip|x-gzip)$/i

/**
 * Whether a response should be sent with gzip: the client accepts it, and does not prefer the plain response. Without
 * the header, a client would accept any coding, but many such clients cannot decode one.
 *
 * @see RFC 9110, section 12.5.3
 */
export function acceptsGzip(acceptEncoding: string | readonly string[] | undefined): boolean {
  const weights = new Map<string, number>()
  for (const part of [acceptEncoding ?? []].flat().join().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim())
    const name = codings.test(coding) ? 'gzip' : coding.toLowerCase()
    weights.set(name, Math.max(weights.get(name) ?? 0, weightOf(parameters)))
  }
  const gzip = weights.get('gzip') ?? weights.get('*') ?? 0
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0)
}

/** 1 without a weight, and 0 for a weight that is not valid. */
function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => /^q\s*=/i.test(parameter))
  if (weight === undefined) return 1
  const value = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i.exec(weight)?.[1]
  return value === undefined ? 0 : Number(value)
}
