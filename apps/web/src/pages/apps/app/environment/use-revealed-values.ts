import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { rackGet } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { type Release, readCompleteRelease } from '../../../../api/rack-data/readers.ts'
import { useApp } from '../address/use-app.ts'
import { readVariables } from '../variables/env-text.ts'

const noValues: ReadonlyMap<string, string> = new Map()

/**
 * Each request for a value is an audit event that names the key. The values are only in the state of the component, so
 * they are gone when the person leaves the page.
 */
export function useRevealedValues({ id }: Pick<Release, 'id'>) {
  const { rack, app } = useApp()
  const [shown, setShown] = useState({ release: id, values: noValues })
  const values = shown.release === id ? shown.values : noValues
  const set = (change: (values: Map<string, string>) => void) => {
    const changed = new Map(values)
    change(changed)
    setShown({ release: id, values: changed })
  }
  const {
    mutate,
    isPending,
    error,
    variables: requestedKey,
  } = useMutation({
    async mutationFn(key: string) {
      const path = rackPath`/apps/${app}/releases/${id}`
      const { env } = await rackGet(rack, path, readCompleteRelease, { headers: { 'reveal-key': key } })
      const found = readVariables(env).find((variable) => variable.key === key)
      if (found === undefined || found.isMasked)
        throw new Error(
          `The gateway keeps the value of ${key} hidden. The rack may read parts of it as other variables. Use convox env get ${key}.`,
        )
      // A returned value would stay in the mutation cache after the person hides the value.
      set((revealed) => revealed.set(key, found.value))
    },
    gcTime: 0,
  })
  return {
    values,
    reveal: mutate,
    hide: (key: string) => set((revealed) => revealed.delete(key)),
    isRevealing: (key: string) => isPending && requestedKey === key,
    errorOf: (key: string) => (requestedKey === key ? error : null),
  }
}

export type RevealedValues = ReturnType<typeof useRevealedValues>
