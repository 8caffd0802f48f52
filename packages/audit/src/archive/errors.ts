import createError from '@fastify/error'

/** Something isn't as it must be before a month may leave the database. Nothing was dropped. */
export const ArchiveRefused = createError('RGW_ARCHIVE_REFUSED', '%s', 500)
