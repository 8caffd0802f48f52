/** The one address inside Fastify that every rack call is routed to; its own path is read from the bytes that came. */
export const rackApiAddress = '/rack-api'
