import { describe, expect, test } from 'vitest'
import type { DemoRack } from './demo-rack.ts'
import { appRoutes } from './routes/app-routes.ts'
import { rackRoutes } from './routes/rack-routes.ts'
import { ask, credentials, formType, open, startRack } from './testing/client.ts'
import { type ContractLine, contract } from './testing/contract.ts'
import { type Example, examples, fillPath, prepare, variablesOf } from './testing/examples.ts'

const unnamed = (route: string) => route.replace(/\{\w+/g, '{')
const verbOf = ({ route }: ContractLine) => route.replace(/ .*/, '').replace('ANY', 'GET')
const pathOf = ({ route }: ContractLine) => route.replace(/^\w+ /, '')

test('the routes are those of the contract, and each is there once', () => {
  const routes = [...appRoutes, ...rackRoutes].map(({ method, path }) => unnamed(`${method} ${path}`))
  expect(routes.sort()).toEqual(contract.map(({ route }) => unnamed(route)).sort())
})

test('each example belongs to a route of the contract', () => {
  const routes = contract.map(({ route }) => route)
  expect(Object.keys(examples).filter((route) => !routes.includes(route))).toEqual([])
})

function formOf({ form = {} }: Example): string {
  return new URLSearchParams(form).toString()
}

describe('each route answers in the shape that the contract says', () => {
  test.each(contract.filter(({ response }) => response !== 'stream').map((line) => [line.route, line] as const))(
    '%s',
    async (route, line) => {
      const rack = await startRack()
      const example = examples[route] ?? {}
      const variables = await variablesOf(rack)
      await prepare(rack, example, variables)
      const headers = [...(example.form === undefined ? [] : [formType]), ...(example.headers ?? [])]
      const body = example.body ?? formOf(example)
      const target = `${fillPath(pathOf(line), variables)}?${example.query ?? ''}`
      const response = await ask(rack, `${verbOf(line)} ${target}`, headers, body)
      expect(unnamed(rack.received.at(-1)?.route ?? '')).toBe(unnamed(route))
      checkShape(response, line.response)
    },
  )
})

function checkShape(
  response: { status: number; headers: readonly (readonly [string, string])[]; body: string },
  shape: string,
): void {
  const type = response.headers.find(([name]) => name === 'Content-Type')?.[1]
  expect([response.status, response.body]).toEqual([shape === 'empty' ? 202 : 200, response.body])
  if (shape === 'ok') expect([type, response.body]).toEqual(['text/plain; charset=utf-8', 'ok\n'])
  else if (shape === 'empty' || shape === 'none') expect(response.body).toBe('')
  else if (shape === 'bytes') {
    expect([type, response.body.length > 0]).toEqual(['application/octet-stream', true])
    expect(response.headers).toContainEqual(['Transfer-Encoding', 'chunked'])
  } else {
    expect(type).toBe('application/json')
    checkFields(JSON.parse(response.body), shape)
  }
}

function checkFields(value: unknown, shape: string): void {
  const list = shape.startsWith('[')
  const [first] = list && Array.isArray(value) ? value : [value]
  expect(Array.isArray(value)).toBe(list)
  if (shape === 'null') expect(value).toBeNull()
  else if (shape === '["k"]') expect(value).toEqual(['k'])
  else expect(Object.keys(first)).toEqual(shape.replace(/[[\]]/g, '').split(' '))
}

describe('each stream opens, and ends with an empty binary frame', () => {
  test.each(contract.filter(({ response }) => response === 'stream').map((line) => [line.route, line] as const))(
    '%s',
    async (route, line) => {
      const rack = await startRack()
      const example = examples[route] ?? {}
      const path = fillPath(pathOf(line), { ...(await variablesOf(rack)), port: '5432' })
      const socket = await open(rack, path, [credentials, 'Follow: false', ...(example.headers ?? [])])
      expect(socket.response.status).toBe(101)
      socket.sendEnd()
      expect(await socket.end()).not.toContain('ERROR')
    },
  )
})

describe('each parameter is read where the contract says, and nowhere else', () => {
  const parameters = contract.flatMap((line) =>
    line.parameters.map(([location, name]) => [`${line.route} ${location} ${name}`, { line, location, name }] as const),
  )
  interface Given {
    readonly query?: string
    readonly header?: string
    readonly form?: string
    readonly multipart?: string
  }

  async function read(rack: DemoRack, line: ContractLine, name: string, given: Given) {
    const pair = (value: string) => `${name}=${encodeURIComponent(value)}`
    const path = pathOf(line).replace(/\{\w+(?::\.\*)?\}/g, 'some')
    const target = given.query === undefined ? path : `${path}?${pair(given.query)}&${pair('later')}`
    const headers = given.header === undefined ? [] : [`${name}: ${given.header}`, `${name}: later`]
    const multipart = `--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${given.multipart}\r\n--X--\r\n`
    const type = given.multipart === undefined ? formType : 'Content-Type: multipart/form-data; boundary=X'
    const form = given.form === undefined ? '' : `${pair(given.form)}&${pair('later')}`
    const body = given.multipart === undefined ? form : multipart
    if (streams(line)) {
      const socket = await open(rack, target, [credentials, type, ...headers], body)
      socket.peer.end()
    } else await ask(rack, `${verbOf(line)} ${target}`, [type, ...headers], body)
    return rack.received.at(-1)?.parameters[name]
  }

  const changes = (line: ContractLine) => /^(?:POST|PUT) /.test(line.route)
  const streams = (line: ContractLine) => line.route.startsWith('WS ')

  test.each(parameters)('%s', async (_, { line, location, name }) => {
    const rack = await startRack()
    const from = (given: Given) => read(rack, line, name, given)
    const inHeader = location === 'header' || location === 'value' || location === 'body value'
    const inForm = location === 'form' || location === 'value' || location === 'body value'
    expect(await from({})).toBeUndefined()
    expect(await from({ header: 'h' })).toBe(inHeader ? 'h' : undefined)
    expect(await from({ query: 'q' })).toBe(location === 'header' ? undefined : 'q')
    expect(await from({ query: 'q', header: 'h' })).toBe(location === 'header' ? 'h' : 'q')
    if (location === 'value') expect(await from({ query: '', header: 'h' })).toBe('h')
    if (location === 'form' || location === 'query') expect(await from({ query: '', header: 'h' })).toBe('')
    if (streams(line)) {
      expect(await from({ multipart: 'm', header: 'h' })).toBe(location === 'value' ? 'm' : 'h')
      return
    }
    const body = location === 'body value' || (inForm && changes(line))
    expect(await from({ form: 'f' })).toBe(body ? 'f' : undefined)
    expect(await from({ form: 'f', query: 'q' })).toBe(body ? 'f' : location === 'header' ? undefined : 'q')
    if (inForm) {
      expect(await from({ multipart: 'm' })).toBe('m')
      expect(await from({ multipart: 'm', query: 'q' })).toBe('q')
    }
  })
})
