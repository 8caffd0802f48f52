import { request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Page {
  readonly url: string
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly setCookies: readonly string[]
  /** Where it sends the browser, absolute, or null. */
  readonly location: string | null
  readonly body: string
}

export interface Visit {
  readonly method?: string
  readonly form?: Readonly<Record<string, string>>
  readonly json?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export type Browser = ReturnType<typeof createBrowser>

/** Stores cookies as browsers do, by host name without the port. Sends a form with the origin of the previous page. Follows no redirects. */
export function createBrowser(userAgent = 'Mozilla/5.0 (test)') {
  const cookies = new Map<string, string>()
  let before: Page | null = null

  async function visit(url: string, { method, form, json, headers = {} }: Visit = {}): Promise<Page> {
    const body = form === undefined ? (json ?? null) : new URLSearchParams(form).toString()
    const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const asked = request(url, {
      agent: false,
      method: method ?? (body === null ? 'GET' : 'POST'),
      headers: {
        'user-agent': userAgent,
        ...(jar === '' ? {} : { cookie: jar }),
        ...(body === null
          ? {}
          : {
              'content-type': json === undefined ? 'application/x-www-form-urlencoded' : 'application/json',
              ...originOf(before),
            }),
        ...headers,
      },
    })
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      asked.once('response', resolve).once('error', reject)
      asked.end(body ?? undefined)
    })
    const setCookies = response.headers['set-cookie'] ?? []
    for (const line of setCookies) keep(line)
    const location = response.headers.location
    before = {
      url,
      status: response.statusCode ?? 0,
      headers: response.headers,
      setCookies,
      location: location === undefined ? null : new URL(location, url).href,
      body: await text(response),
    }
    return before
  }

  function keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ')
    const name = pair.slice(0, pair.indexOf('='))
    const gone = attributes.some((attribute) => /^max-age=0$|^expires=thu, 01 jan 1970/i.test(attribute))
    if (gone) cookies.delete(name)
    else cookies.set(name, pair.slice(name.length + 1))
  }

  return { cookies, visit }
}

function originOf(page: Page | null): { origin?: string } {
  if (page === null) return {}
  return { origin: page.headers['referrer-policy'] === 'no-referrer' ? 'null' : new URL(page.url).origin }
}
