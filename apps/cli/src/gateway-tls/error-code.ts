/** The code of an error of the system or of Node; of the first of several addresses that were tried, where there were several. */
export function codeOf(error: unknown): string {
  const code: unknown = Reflect.get(Object(error), 'code')
  if (typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code)) return code
  const causes: unknown = Reflect.get(Object(error), 'errors')
  return Array.isArray(causes) && causes.length > 0 ? codeOf(causes[0]) : ''
}
