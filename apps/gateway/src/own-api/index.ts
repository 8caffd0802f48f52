export { apiPrefix, type Endpoint, endpointId, endpoints, isOpen } from './endpoints.ts'
