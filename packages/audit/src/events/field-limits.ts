/**
 * The longest texts, in UTF-8 bytes after `visibleText`. A list is limited in entries and in the bytes of all entries
 * together. `members` limits the number of members of a record such as `detail`, and `key` limits their names.
 */
export const limits = {
  text: 1_024,
  path: 8_192,
  reason: 2_048,
  key: 128,
  list: { entries: 256, bytes: 8_192 },
  members: 64,
} satisfies Record<string, number | Record<string, number>>
