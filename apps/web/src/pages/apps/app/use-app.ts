import { useParams } from '@tanstack/react-router'

/** The rack and the app of the page. */
export function useApp(): { readonly rack: string; readonly app: string } {
  const { rack = '', app = '' } = useParams({ strict: false })
  return { rack, app }
}
