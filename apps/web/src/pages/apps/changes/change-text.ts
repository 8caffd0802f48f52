import type { AppChange } from '@rack-gateway/gateway-api'

type Facts = Pick<AppChange, 'route' | 'release' | 'build' | 'service' | 'process'>

/** What a change did, after the name of who did it, such as `promoted the release R1`. */
export function changeText({ route, release, build, service, process }: Facts): string {
  const named = (what: string, name: string | null) => (name === null ? `a ${what}` : `the ${what} ${name}`)
  switch (route) {
    case 'POST /apps':
      return 'created the app'
    case 'PUT /apps/{app}':
      return 'changed the app'
    case 'POST /apps/{app}/cancel':
      return 'canceled a promotion'
    case 'POST /apps/{app}/builds':
      return `started ${named('build', build)}`
    case 'POST /apps/{app}/builds/import':
      return `imported ${named('build', build)}`
    case 'PUT /apps/{app}/builds/{id}':
      return `changed ${named('build', build)}`
    case 'POST /apps/{app}/releases':
      return `created ${named('release', release)}`
    case 'POST /apps/{app}/releases/{id}/promote':
      return `promoted ${named('release', release)}`
    case 'PUT /apps/{app}/services/{service}':
      return `scaled ${named('service', service)}`
    case 'POST /apps/{app}/services/{service}/restart':
      return `restarted ${named('service', service)}`
    case 'POST /apps/{app}/services/{service}/processes':
      return `started a command in ${named('service', service)}`
    case 'DELETE /apps/{app}/processes/{pid}':
      return `stopped ${named('process', process)}`
    case 'POST /apps/{app}/processes/{pid}/files':
      return `copied files into ${named('process', process)}`
    case 'DELETE /apps/{app}/processes/{pid}/files':
      return `deleted files in ${named('process', process)}`
    case 'PUT /apps/{app}/configs/{name}':
      return 'changed a config'
    case 'POST /apps/{app}/objects/{key:.*}':
      return 'uploaded a file'
    case 'PUT /apps/{app}/resources/{name}/data':
      return 'imported data into a resource'
    default:
      return `used ${route}`
  }
}
