/** Every command of the stock CLI that asks the rack whose address is in RACK_URL. */
export const rackCommands: readonly string[] = `
api get
apps|apps cancel|apps create|apps delete|apps export|apps import|apps info|apps lock|apps params|apps params set|apps unlock
balancers
budget cap raise|budget clear|budget dismiss-recovery|budget reset|budget set|budget show|budget simulate-shutdown
build|builds|builds export|builds import|builds import-image|builds info|builds logs
certs|certs delete|certs generate|certs import|certs renew
config get|config set|configs|cost|cp|deploy|deploy-debug
env|env edit|env get|env mask|env mask set|env mask unset|env set|env unset
exec|instances|instances keyroll|instances ssh|instances terminate
letsencrypt dns route53 add|letsencrypt dns route53 delete|letsencrypt dns route53 list|letsencrypt dns route53 role
letsencrypt dns route53 update
logs|proxy|ps|ps info|ps stop
rack|rack access|rack access key rotate|rack karpenter cleanup|rack logs|rack params|rack params set|rack ps|rack releases
rack resources|rack resources create|rack resources delete|rack resources info|rack resources link|rack resources options
rack resources types|rack resources unlink|rack resources update|rack resources url|rack scale|rack update
registries|registries add|registries remove
releases|releases create-from|releases info|releases manifest|releases promote|releases rollback
resources|resources console|resources export|resources import|resources info|resources proxy|resources url
restart|run|scale|services|services restart|services triggers disable|services triggers enable
services triggers threshold-set|services update|ssl|ssl update|test|version
`
  .trim()
  .split(/[\n|]/)

/** Those that never reach it: they concern this machine, the console, or another service. */
export const otherCommands: readonly string[] = `
help|login|racks|switch|update|start|runtimes|workflows|workflows run
rack install|rack uninstall|rack mv|rack kubeconfig|rack sync|rack runtimes|rack runtime attach
`
  .trim()
  .split(/[\n|]/)

/** The commands that `convox help` lists, without those of the hosted cloud. */
export function listedCommands(help: string): string[] {
  return help.split('\n').flatMap((line) => {
    const [, name] = /^convox (\S+(?: \S+)*) {2,}/.exec(line) ?? []
    return name === undefined || name.startsWith('cloud ') ? [] : [name]
  })
}
