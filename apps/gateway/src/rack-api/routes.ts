import { compileMatcher, rackRoutes } from '@rack-gateway/convox-api'

/** The rack's whole route table, compiled once. */
export const matchRackRoute = compileMatcher(rackRoutes)
