/**
 * Headers of every response of the gateway, so that no browser guesses a media type. A response of a rack gets them
 * where the gateway writes its head.
 */
export const headersOfAllResponses = { 'x-content-type-options': 'nosniff' } as const
