/** Milliseconds for one document. */
const deadline = 5_000
const maxBytes = 256 * 1024

/** Accepts any content type. Follows no redirects, and limits the size. */
export async function fetchJson(url: string, signal = AbortSignal.timeout(deadline)): Promise<unknown> {
  const response = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } })
  if (response.status === 200) return JSON.parse(await boundedText(response))
  await response.body?.cancel()
  throw new Error(`it answered with status ${response.status}`)
}

/** Leaving the loop early closes the connection. */
async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) throw new Error(`its response is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
