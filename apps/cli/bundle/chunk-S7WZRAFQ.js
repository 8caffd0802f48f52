import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);
import{rackUrlTarget}from"./chunk-WPXZIZF6.js";import{findLastingTarget}from"./chunk-OSY7Y3ET.js";async function targetOf(context,rack){return rackUrlTarget(context.env.RACK_URL)??await findLastingTarget(context,rack)}export{targetOf};
