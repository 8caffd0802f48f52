import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);
var service="rack-gateway";export{service};
