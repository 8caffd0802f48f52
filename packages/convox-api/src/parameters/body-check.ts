import { ambiguous, type ParameterError, type ParameterRequest } from '../errors/parameter-error.ts'
import { formType, mediaType } from '../forms/pairs.ts'
import type { RackRoute } from '../routes/types.ts'

/** Rejects a body that the route does not take. If `body` is null, the headers say whether the request has a body. */
export function checkBody(
  route: RackRoute,
  { contentType, body, rawHeaders }: ParameterRequest,
): ParameterError | null {
  const headers = readFraming(rawHeaders)
  if (headers.contentTypes > 1) return ambiguous('The header Content-Type was sent more than once.', 'Send it once.')
  const type = mediaType(contentType)
  if (type.startsWith('multipart/')) {
    return ambiguous(
      'Multipart bodies are not allowed, because two programs could read them differently.',
      'Send parameters URL-encoded, and files as application/octet-stream.',
    )
  }
  if (route.body === 'raw') {
    if (type !== formType) return null
    return ambiguous(
      `This call takes a file as its body, but the rack would read ${formType} as parameters.`,
      'Send the file as application/octet-stream.',
    )
  }
  const isEmpty = body === null ? !headers.announced : body.length === 0
  if (isEmpty) return null
  if (route.body === 'none') return ambiguous('This call takes no body.', 'Send it without a body.')
  if (body === null)
    return ambiguous(
      'This call takes its parameters from the body, and the body could not be read.',
      'Send the parameters URL-encoded.',
    )
  if (isPlainForm(contentType)) return null
  return ambiguous(`This call takes its parameters as ${formType}.`, 'Set this Content-Type, or send no body.')
}

/** Allows only the charset UTF-8. With some other parameters, such as a duplicate charset, Go ignores the body. */
function isPlainForm(contentType: string): boolean {
  const [, ...parameters] = contentType.split(';')
  const allowed = parameters.length === 0 || (parameters.length === 1 && isUtf8Charset(parameters[0] ?? ''))
  return mediaType(contentType) === formType && allowed
}

function isUtf8Charset(parameter: string): boolean {
  const text = parameter.trim().toLowerCase()
  return text === 'charset=utf-8' || text === 'charset="utf-8"'
}

function readFraming(rawHeaders: readonly string[]): { contentTypes: number; announced: boolean } {
  let contentTypes = 0
  let announced = false
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    if (name === 'content-type') contentTypes++
    if (name === 'transfer-encoding' || (name === 'content-length' && rawHeaders[index + 1] !== '0')) announced = true
  }
  return { contentTypes, announced }
}
