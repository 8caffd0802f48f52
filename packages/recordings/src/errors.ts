import createError from '@fastify/error'

/** The session is to be recorded and can't be, so it isn't opened. */
export const RecordingUnavailable = createError<[string]>('RGW_RECORDING_UNAVAILABLE', '%s', 503, Error, false)
export const NoSuchRecording = createError<[string]>(
  'RGW_NO_SUCH_RECORDING',
  'there is no recording %s',
  404,
  Error,
  false,
)
