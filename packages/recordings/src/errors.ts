import createError from '@fastify/error'

/** The session is to be recorded and can't be, or there is no store to read from. */
export const RecordingUnavailable = createError<[string]>('RGW_RECORDING_UNAVAILABLE', '%s', 503, Error, false)
/** None of it could be verified. */
export const RecordingBroken = createError<[string]>('RGW_RECORDING_BROKEN', '%s', 502, Error, false)
