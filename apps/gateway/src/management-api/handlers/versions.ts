import type { Handlers } from '../call.ts'

export const versionHandlers: Handlers<'versions'> = {
  versions: ({ versions }) => versions,
}
