import { useParams } from '@tanstack/react-router'

export function useApp(): { readonly rack: string; readonly app: string } {
  const { rack = '', app = '' } = useParams({ strict: false })
  return { rack, app }
}
