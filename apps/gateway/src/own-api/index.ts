export { apiPrefix, type Endpoint, endpointId, endpoints } from './endpoints.ts'
