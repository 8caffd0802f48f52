import type { AppChange } from '@rack-gateway/gateway-api'

type ChangeDetails = Pick<AppChange, 'route' | 'release' | 'build' | 'service' | 'process'>

/** Such as `promoted the release R1`, to follow the name of the principal. */
export function changeText({ route, release, build, service, process }: ChangeDetails): string {
  const itemText = (what: string, name: string | null) => (name === null ? `a ${what}` : `the ${what} ${name}`)
  switch (route) {
    case 'POST /apps':
      return 'created the app'
    case 'PUT /apps/{app}':
      return 'changed the app'
    case 'POST /apps/{app}/cancel':
      return 'canceled a promotion'
    case 'POST /apps/{app}/builds':
      return `started ${itemText('build', build)}`
    case 'POST /apps/{app}/builds/import':
      return `imported ${itemText('build', build)}`
    case 'PUT /apps/{app}/builds/{id}':
      return `changed ${itemText('build', build)}`
    case 'POST /apps/{app}/releases':
      return `created ${itemText('release', release)}`
    case 'POST /apps/{app}/releases/{id}/promote':
      return `promoted ${itemText('release', release)}`
    case 'PUT /apps/{app}/services/{service}':
      return `scaled ${itemText('service', service)}`
    case 'POST /apps/{app}/services/{service}/restart':
      return `restarted ${itemText('service', service)}`
    case 'POST /apps/{app}/services/{service}/processes':
      return `started a command in ${itemText('service', service)}`
    case 'DELETE /apps/{app}/processes/{pid}':
      return `stopped ${itemText('process', process)}`
    case 'POST /apps/{app}/processes/{pid}/files':
      return `copied files into ${itemText('process', process)}`
    case 'DELETE /apps/{app}/processes/{pid}/files':
      return `deleted files in ${itemText('process', process)}`
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
