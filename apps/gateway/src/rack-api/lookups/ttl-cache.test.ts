import { expect, test } from 'vitest'
import { createTtlCache } from './ttl-cache.ts'

function start() {
  const clock = { at: 1_000 }
  const asked: string[] = []
  const cache = createTtlCache<string>(() => clock.at)
  const get = (key: string, response: Promise<string> = Promise.resolve(key), isCacheable = true) =>
    cache.get(
      key,
      () => {
        asked.push(key)
        return response
      },
      () => isCacheable,
    )
  return { clock, asked, get }
}

test('a result is cached for ten seconds, and concurrent calls share one request', async () => {
  const { clock, asked, get } = start()
  expect(await Promise.all([get('a'), get('a'), get('b')])).toEqual(['a', 'a', 'b'])
  clock.at += 10_000
  await get('a')
  expect(asked).toEqual(['a', 'b'])
  clock.at += 1
  await get('a')
  expect(asked).toEqual(['a', 'b', 'a'])
})

test('a failed request and a result that must not be cached are requested again', async () => {
  const { asked, get } = start()
  await expect(get('a', Promise.reject(new Error('gone')))).rejects.toThrow('gone')
  expect(await get('a', Promise.resolve('unknown'), false)).toBe('unknown')
  expect(await get('a')).toBe('a')
  expect(asked).toEqual(['a', 'a', 'a'])
})

test('at most 10,000 results are cached, and the least recently used is evicted', async () => {
  const { asked, get } = start()
  for (let key = 0; key < 10_000; key++) void get(`${key}`)
  void get('0')
  void get('one more')
  asked.length = 0
  await Promise.all([get('0'), get('9999'), get('1')])
  expect(asked).toEqual(['1'])
})
