/** The test command runs this before the tests of containers, because it takes a minute. */
import { makeBaseImages } from './build-image.ts'
import { canRunContainers } from './can-run-containers.ts'

if (canRunContainers()) await makeBaseImages()
else console.log('Not as root, or without buildah, podman, and their tools, so the tests of containers are skipped.')
