import { beforeAll } from 'vitest'

/** Registers a cleanup for the end of a test, or of all tests with a shared fixture. The newest cleanup runs first. */
export type OnEnd = (cleanUp: () => void | Promise<void>) => void

/**
 * Makes a fixture before the first test of a file or `describe` block, for all of its tests.
 *
 * @returns a function that returns the fixture while tests run
 */
export function sharedFixture<T>(make: (onEnd: OnEnd) => Promise<T>): () => T {
  let fixture: { readonly value: T } | null = null
  beforeAll(async () => {
    const cleanUps: (() => void | Promise<void>)[] = []
    const cleanUpAll = async () => {
      for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
    }
    try {
      fixture = { value: await make((cleanUp) => void cleanUps.push(cleanUp)) }
    } catch (error) {
      await cleanUpAll()
      throw error
    }
    return cleanUpAll
  })
  return () => {
    if (fixture === null) throw new Error('A shared fixture exists only while tests run.')
    return fixture.value
  }
}
