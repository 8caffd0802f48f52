/** The timeout of one document in milliseconds. */
const deadline = 5_000
/** The maximum size of one document. */
const maxBytes = 256 * 1024

/** Fetches a JSON document of any content type. Follows no redirects, and limits the size. */
export async function fetchJson(url: string, signal = AbortSignal.timeout(deadline)): Promise<unknown> {
  const answer = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } })
  if (answer.status === 200) return JSON.parse(await boundedText(answer))
  await answer.body?.cancel()
  throw new Error(`it answered with status ${answer.status}`)
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
