import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { rackGet } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { type Release, readWholeRelease } from '../../../../api/rack-data/readers.ts'
import { useApp } from '../use-app.ts'
import { readVariables } from './env-text.ts'

const none: ReadonlyMap<string, string> = new Map()

/**
 * Values that the person asked to see, each of which is an event that names the key. Only this component has them, so they are
 * gone when the page is left.
 */
export function useRevealed({ id }: Pick<Release, 'id'>) {
  const { rack, app } = useApp()
  const [shown, setShown] = useState({ release: id, values: none })
  const values = shown.release === id ? shown.values : none
  const set = (change: (values: Map<string, string>) => void) => {
    const changed = new Map(values)
    change(changed)
    setShown({ release: id, values: changed })
  }
  const {
    mutate,
    isPending,
    error,
    variables: asked,
  } = useMutation({
    async mutationFn(key: string) {
      const path = rackPath`/apps/${app}/releases/${id}`
      const { env } = await rackGet(rack, path, readWholeRelease, { headers: { 'reveal-key': key } })
      const found = readVariables(env).find((variable) => variable.key === key)
      if (found === undefined || found.isMasked)
        throw new Error(
          `The gateway keeps the value of ${key} hidden. The rack may read other variables in it. Use convox env get ${key}.`,
        )
      // What a mutation returns would stay in its cache.
      set((revealed) => revealed.set(key, found.value))
    },
    gcTime: 0,
  })
  return {
    values,
    reveal: mutate,
    hide: (key: string) => set((revealed) => revealed.delete(key)),
    isRevealing: (key: string) => isPending && asked === key,
    errorOf: (key: string) => (asked === key ? error : null),
  }
}

export type Revealed = ReturnType<typeof useRevealed>
