import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { apiPrefix, type Endpoint } from './endpoints/endpoint.ts'
import { type EndpointName, type Endpoints, endpoints } from './endpoints/index.ts'

export type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

type IdOf<E extends Endpoint> = E['path'] extends `${string}{id}${string}` ? { readonly id: string } : unknown
type QueryOf<E> = E extends { query: infer Q extends TSchema } ? { readonly query?: DeepReadonly<Static<Q>> } : unknown
type BodyOf<E> = E extends { body: infer B extends TSchema } ? { readonly body: DeepReadonly<Static<B>> } : unknown

export type RequestOf<N extends EndpointName> = IdOf<Endpoints[N]> & QueryOf<Endpoints[N]> & BodyOf<Endpoints[N]>
export type ResponseOf<N extends EndpointName> = Static<Endpoints[N]['response']>

/** Operations that return JSON. All other operations stream their response. */
export type JsonEndpointName = {
  [N in EndpointName]: Endpoints[N] extends { mediaTypes: readonly string[] } ? never : N
}[EndpointName]

/** Operations that return one page of a list. */
export type ListEndpointName = {
  [N in JsonEndpointName]: ResponseOf<N> extends { items: unknown[]; next: string | null } ? N : never
}[JsonEndpointName]
export type ItemOf<N extends ListEndpointName> = ResponseOf<N>['items'][number]

export interface HttpRequest {
  readonly method: Endpoint['method']
  /** Path and query, such as `/gateway/api/v1/tokens?limit=50`. */
  readonly path: string
  /** To be sent as JSON. */
  readonly body?: object
}

interface AnyRequest {
  readonly id?: string
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>
  readonly body?: object
}

export function requestFor<N extends EndpointName>(name: N, request: RequestOf<N>): HttpRequest {
  const { method, path } = endpoints[name]
  const { id = '', query = {}, body } = request as AnyRequest
  const search = new URLSearchParams()
  for (const [parameter, value = []] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value]) search.append(parameter, String(one))
  const suffix = search.size === 0 ? '' : `?${search}`
  return {
    method,
    path: `${apiPrefix}${path.replace('{id}', encodeURIComponent(id))}${suffix}`,
    ...(body !== undefined && { body }),
  }
}

/** Null if the value does not match the schema. Fields that the schema does not name are kept. */
export function readResponse<N extends JsonEndpointName>(name: N, value: unknown): ResponseOf<N> | null {
  return Value.Check(endpoints[name].response, value) ? (value as ResponseOf<N>) : null
}

export class UnexpectedResponse extends Error {
  constructor(name: EndpointName) {
    super(`The response to ${name} does not match its schema. Check that this is the address of a Rack Gateway.`)
    this.name = 'UnexpectedResponse'
  }
}

export interface GatewayClientOptions<Options> {
  /**
   * @param options what the caller of `call` passed
   * @returns the parsed JSON of a successful response
   * @throws for every other response
   */
  readonly request: (request: HttpRequest, options?: Options) => Promise<unknown>
  /** The error for a response that does not match its schema; `UnexpectedResponse` by default. */
  readonly unexpectedResponse?: (name: EndpointName) => Error
}

export interface GatewayClient<Options> {
  /** @throws what `request` throws, and the error of `unexpectedResponse` */
  call<N extends JsonEndpointName>(name: N, request: RequestOf<N>, options?: Options): Promise<ResponseOf<N>>
}

export function createGatewayClient<Options = never>({
  request: send,
  unexpectedResponse = (name) => new UnexpectedResponse(name),
}: GatewayClientOptions<Options>): GatewayClient<Options> {
  return {
    async call(name, request, options) {
      const value = await send(requestFor(name, request), options)
      const response = readResponse(name, value)
      if (response === null) throw unexpectedResponse(name)
      return response
    },
  }
}
