import type { DemoRack } from '@rack-gateway/demo-rack'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import type { Values } from './play.ts'

/** The ids of a rack that was just started, asked past the gateway. */
export async function startingValues(rack: DemoRack): Promise<Values> {
  const authorization = basicAuthorization(rack.token)
  async function ids(path: string): Promise<string[]> {
    const list: unknown = await (await fetch(`${rack.url}${path}`, { headers: { authorization } })).json()
    if (!Array.isArray(list)) throw new Error(`${path} is no list`)
    return list.map((item) => String(item.id))
  }
  const [release = '', older = ''] = await ids('/apps/myapp/releases')
  const [build = ''] = await ids('/apps/myapp/builds')
  const [instance = ''] = await ids('/instances')
  return new Map(Object.entries({ release, older, build, instance }))
}
