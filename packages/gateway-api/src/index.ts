export {
  createGatewayClient,
  type DeepReadonly,
  type GatewayClient,
  type GatewayClientOptions,
  type HttpRequest,
  type ItemOf,
  type JsonEndpointName,
  type ListEndpointName,
  type RequestOf,
  type ResponseOf,
  readResponse,
  requestFor,
  UnexpectedResponse,
} from './client.ts'
export {
  apiPrefix,
  type Endpoint,
  endpointId,
  isPrincipalEndpoint,
  type JobEndpoint,
  type PrincipalEndpoint,
  type PublicEndpoint,
} from './endpoints/endpoint.ts'
export { forwardedRequest, forwardedRoutes } from './endpoints/forwarded-routes.ts'
export { type EndpointId, type EndpointName, type Endpoints, endpoints } from './endpoints/index.ts'
export * from './schemas/index.ts'
export { type Scope, type ScopesRequest, scopesIn } from './scopes.ts'
