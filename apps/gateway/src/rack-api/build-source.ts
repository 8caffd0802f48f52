import type { RackRoute } from '@rack-gateway/convox-api'
import { NotPermitted, ruled } from '../errors.ts'

const buildRoute = 'POST /apps/{app}/builds'

/**
 * A build's source is fetched by the rack with its own rights: an object of another app would come past that app's permissions.
 * Sources from elsewhere (git, https) are the builder's to fetch.
 *
 * @throws NotPermitted
 */
export function refuseForeignSource(route: RackRoute, app: string | null, form: ReadonlyMap<string, string>): void {
  const url = form.get('url')
  if (route.id !== buildRoute || url === undefined || !/^[\u0000-\u0020]*object:/i.test(url)) return
  if (url.startsWith(`object://${app}/`) && !url.split('/').includes('..')) return
  throw ruled(
    new NotPermitted(
      `the source of a build of ${app} has to be an object of ${app} itself`,
      'upload it there, as convox build does',
    ),
    'foreign-object',
  )
}
