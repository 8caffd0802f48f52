import { useRouterState } from '@tanstack/react-router'

/**
 * The path of the shown page as the router declares it, such as `/apps/$rack/$app/services`. Unlike the path of the
 * address, it changes together with the page, and not when a navigation begins.
 */
export function useShownPath(): string {
  return useRouterState({ select: ({ matches }) => matches.at(-1)?.fullPath.replace(/(?<=.)\/$/, '') ?? '' })
}
