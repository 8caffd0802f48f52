import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);
