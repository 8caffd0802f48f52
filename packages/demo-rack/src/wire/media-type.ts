export interface MediaType {
  /** In lower case; empty if the header is invalid. */
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

const invalid: MediaType = { type: '', parameters: new Map() }
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const parameter = /^\s*;\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([!#$%&'*+.^_`|~0-9A-Za-z-]+))/

/**
 * Reads a header like Go's `mime.ParseMediaType`. An invalid type or a duplicate parameter makes the header invalid. If
 * the parameters can't be parsed, only the type remains.
 */
export function readMediaType(header: string): MediaType {
  const semicolon = header.indexOf(';')
  const type = (semicolon === -1 ? header : header.slice(0, semicolon)).trim().toLowerCase()
  if (!type.split('/').every((part) => token.test(part)) || type.split('/').length > 2) return invalid
  const parameters = readParameters(semicolon === -1 ? '' : header.slice(semicolon))
  if (parameters === 'twice') return invalid
  return { type, parameters: parameters === 'broken' ? new Map() : parameters }
}

function readParameters(text: string): Map<string, string> | 'broken' | 'twice' {
  const parameters = new Map<string, string>()
  let rest = text
  for (let found = parameter.exec(rest); found !== null; found = parameter.exec(rest)) {
    const name = (found[1] ?? '').toLowerCase()
    if (parameters.has(name)) return 'twice'
    parameters.set(name, found[2]?.replace(/\\(.)/g, '$1') ?? found[3] ?? '')
    rest = rest.slice(found[0].length)
  }
  return rest.replace(/^\s*;?\s*$/, '') === '' ? parameters : 'broken'
}
