export { apiPrefix, type CallerEndpoint, type Endpoint, endpointId, endpoints, isForCallers } from './endpoints.ts'
