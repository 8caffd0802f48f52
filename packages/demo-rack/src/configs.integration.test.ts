import { describe, expect, test } from 'vitest'
import { ask, read, send, startRack } from './testing/client.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('configs', () => {
  test('are sent in base64, returned decoded, and listed by name', async () => {
    const rack = await startRack()
    await send(rack, 'PUT /apps/myapp/configs/zeta', { value: base64('line 1\nline 2 é') })
    await send(rack, 'PUT /apps/myapp/configs/alpha', { value: base64('{"a":1}') })
    expect(await read(rack, '/apps/myapp/configs/zeta')).toEqual({ name: 'zeta', value: 'line 1\nline 2 é' })
    expect(await read(rack, '/apps/myapp/configs')).toEqual([
      { name: 'alpha', value: '{"a":1}' },
      { name: 'zeta', value: 'line 1\nline 2 é' },
    ])
    expect(await read(rack, '/apps/otherapp/configs')).toEqual([])
  })

  test('a config can be overwritten, also with an empty value', async () => {
    const rack = await startRack()
    await send(rack, 'PUT /apps/myapp/configs/cli-env-mask', { value: base64('A,B') })
    await send(rack, 'PUT /apps/myapp/configs/cli-env-mask', { value: '' })
    expect(await read(rack, '/apps/myapp/configs/cli-env-mask')).toEqual({ name: 'cli-env-mask', value: '' })
  })

  test.each(['not base64', 'YQ', 'YQ=', '=YQ='])('%j is no base64', async (value) => {
    const response = await send(await startRack(), 'PUT /apps/myapp/configs/x', { value })
    expect(response).toMatchObject({ status: 400, body: 'failed to parse base 64 value\n' })
  })

  test('the value can be in a header', async () => {
    const rack = await startRack()
    await ask(rack, 'PUT /apps/myapp/configs/x', [`Value: ${base64('header')}`])
    expect(await read(rack, '/apps/myapp/configs/x')).toEqual({ name: 'x', value: 'header' })
  })

  test('a missing config or app is not found', async () => {
    const rack = await startRack()
    expect(await ask(rack, 'GET /apps/myapp/configs/nosuch')).toMatchObject({
      status: 404,
      body: 'app config not found: nosuch\n',
    })
    expect((await send(rack, 'PUT /apps/nosuch/configs/x', { value: 'YQ==' })).body).toBe('app not found: nosuch\n')
  })
})
