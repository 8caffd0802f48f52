import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);
function printable(text){return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu,"\uFFFD")}export{printable};
