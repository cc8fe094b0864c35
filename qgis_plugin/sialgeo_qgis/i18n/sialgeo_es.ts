<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
<context>
    <name>sialgeo</name>
    <message>
        <source>The layer could not be read ({reason}).</source>
        <translation>No se pudo leer la capa ({reason}).</translation>
    </message>
    <message>
        <source>The raster has {cells} million cells, which do not fit in memory. Remedy: clip it to the study area.</source>
        <translation>El ráster tiene {cells} millones de celdas, que no caben en la memoria. Remedio: recórtelo al área de estudio.</translation>
    </message>
    <message>
        <source>Band {band} of the raster cannot be read as numbers.</source>
        <translation>La banda {band} del ráster no se puede leer como números.</translation>
    </message>
    <message>
        <source>A shape of the output has no multi-part form.</source>
        <translation>Una forma de la salida no tiene forma multiparte.</translation>
    </message>
    <message>
        <source>The output layer could not be written ({reason}).</source>
        <translation>No se pudo escribir la capa de salida ({reason}).</translation>
    </message>
    <message>
        <source>Hot spots by district</source>
        <translation>Puntos calientes por distrito</translation>
    </message>
    <message>
        <source>Getis–Ord Gi* or local Moran of a count, or of a rate where you name the population, for districts or municipalities.
P-values come from seeded conditional permutations, two-sided; classes hold at a false discovery rate. Districts without neighbours are told apart, never classed.</source>
        <translation>Gi* de Getis y Ord o Moran local de un conteo, o de una tasa si nombra la población, para distritos o municipios.
Los valores p salen de permutaciones condicionales con semilla, de dos colas; las clases valen con una tasa de falsos descubrimientos. Los distritos sin vecinos se señalan aparte y nunca se clasifican.</translation>
    </message>
    <message>
        <source>Scan counts by district</source>
        <translation>Escanear conteos por distrito</translation>
    </message>
    <message>
        <source>Kulldorff's spatial scan for counts by district or municipality: which groups of neighbouring districts hold more producers than their population explains, with p-values that pay for every group looked at.
With several fields of counts, one a chain, and no population it asks where the mix of chains differs (multinomial model).</source>
        <translation>El escaneo espacial de Kulldorff para conteos por distrito o municipio: qué grupos de distritos vecinos tienen más productores de lo que explica su población, con valores p que pagan por cada grupo mirado.
Con varios campos de conteos, uno por cadena, y sin población, pregunta dónde difiere la mezcla de cadenas (modelo multinomial).</translation>
    </message>
    <message>
        <source>Two indicators in one map</source>
        <translation>Dos indicadores en un mapa</translation>
    </message>
    <message>
        <source>Classes districts by two indicators, three by three, each class with a third of the people; and says where both go together around each district: Lee's L, or bivariate local Moran.
Districts without data or with withheld figures are grey. Local p-values hold at a false discovery rate: read the districts marked as interesting, not as proven.</source>
        <translation>Clasifica los distritos según dos indicadores, tres por tres, cada clase con un tercio de la población; y dice dónde van juntos alrededor de cada distrito: L de Lee, o Moran local bivariado.
Los distritos sin dato o con cifras retenidas van en gris. Los valores p locales valen con una tasa de descubrimientos falsos: lea los distritos marcados como interesantes, no como demostrados.</translation>
    </message>
    <message>
        <source>Polygons of districts or municipalities.</source>
        <translation>Polígonos de distritos o municipios.</translation>
    </message>
    <message>
        <source>Field with the number of producers, or another value.</source>
        <translation>Campo con el número de productores u otro valor.</translation>
    </message>
    <message>
        <source>Field with all farms or people: the rate is analysed, smoothed by empirical Bayes.</source>
        <translation>Campo con todas las fincas o las personas: se analiza la tasa, suavizada por Bayes empírico.</translation>
    </message>
    <message>
        <source>The districts with statistic, p-values and class.</source>
        <translation>Los distritos con estadístico, valores p y clase.</translation>
    </message>
    <message>
        <source>Reading the layers</source>
        <translation>Leyendo las capas</translation>
    </message>
    <message>
        <source>Permuting</source>
        <translation>Permutando</translation>
    </message>
    <message>
        <source>Writing the outputs</source>
        <translation>Escribiendo las salidas</translation>
    </message>
    <message>
        <source>Field with the number of producers; or several, one a chain.</source>
        <translation>Campo con el número de productores; o varios, uno por cadena.</translation>
    </message>
    <message>
        <source>Field with all farms or people; none where several counts are given.</source>
        <translation>Campo con todas las fincas o las personas; ninguno donde se dan varios conteos.</translation>
    </message>
    <message>
        <source>The districts with their zone (-1: none) and its figures.</source>
        <translation>Los distritos con su zona (-1: ninguna) y las cifras de ella.</translation>
    </message>
    <message>
        <source>Polygons of districts with both indicators as fields.</source>
        <translation>Polígonos de los distritos con ambos indicadores como campos.</translation>
    </message>
    <message>
        <source>Field that is true (or 1) where a district's figures may not be shown.</source>
        <translation>Campo que es verdadero (o 1) donde las cifras de un distrito no se pueden mostrar.</translation>
    </message>
    <message>
        <source>Districts</source>
        <translation>Distritos</translation>
    </message>
    <message>
        <source>Population at risk</source>
        <translation>Población en riesgo</translation>
    </message>
    <message>
        <source>Count or value</source>
        <translation>Conteo o valor</translation>
    </message>
    <message>
        <source>Hot spots</source>
        <translation>Puntos calientes</translation>
    </message>
    <message>
        <source>Counts</source>
        <translation>Conteos</translation>
    </message>
    <message>
        <source>Zones of districts</source>
        <translation>Zonas de distritos</translation>
    </message>
    <message>
        <source>Zones found</source>
        <translation>Zonas encontradas</translation>
    </message>
    <message>
        <source>One field of counts needs the population at risk.</source>
        <translation>Un solo campo de conteos necesita la población en riesgo.</translation>
    </message>
    <message>
        <source>Several fields of counts are held against each other: no population.</source>
        <translation>Varios campos de conteos se comparan entre sí: sin población.</translation>
    </message>
    <message>
        <source>First indicator</source>
        <translation>Primer indicador</translation>
    </message>
    <message>
        <source>Field; it turns orange as it grows.</source>
        <translation>Campo; se vuelve naranja al crecer.</translation>
    </message>
    <message>
        <source>Second indicator</source>
        <translation>Segundo indicador</translation>
    </message>
    <message>
        <source>Field; it turns blue as it grows.</source>
        <translation>Campo; se vuelve azul al crecer.</translation>
    </message>
    <message>
        <source>Population</source>
        <translation>Población</translation>
    </message>
    <message>
        <source>Field with the people of each district: each class holds a third of them.</source>
        <translation>Campo con la población de cada distrito: cada clase tiene un tercio de ella.</translation>
    </message>
    <message>
        <source>Withheld</source>
        <translation>Retenido</translation>
    </message>
    <message>
        <source>Two indicators</source>
        <translation>Dos indicadores</translation>
    </message>
    <message>
        <source>The districts by 3 × 3 classes.</source>
        <translation>Los distritos por clases 3 × 3.</translation>
    </message>
    <message>
        <source>Where they go together</source>
        <translation>Dónde van juntos</translation>
    </message>
    <message>
        <source>The same districts by the class of their local statistic.</source>
        <translation>Los mismos distritos por la clase de su estadístico local.</translation>
    </message>
    <message>
        <source>Zone {k}: {n} producers, p = {p}</source>
        <translation>Zona {k}: {n} productores, p = {p}</translation>
    </message>
    <message>
        <source>Are they in poorer places?</source>
        <translation>¿Están en lugares más pobres?</translation>
    </message>
    <message>
        <source>Asks whether the producers in concentrations stand in worse-off territories than the reference population, and tests it against maps as smooth as the indicator's own: smooth maps look alike by chance, and the usual tests find far too much.
With fewer than five concentrations it describes and does not test. An association is no effect, and territories are not households.</source>
        <translation>Pregunta si los productores en concentraciones están en territorios peor situados que la población de referencia, y lo prueba frente a mapas tan suaves como el del indicador: los mapas suaves se parecen por azar, y las pruebas usuales hallan demasiado.
Con menos de cinco concentraciones describe y no prueba. Una asociación no es un efecto, y los territorios no son los hogares.</translation>
    </message>
    <message>
        <source>A group of districts against the rest</source>
        <translation>Un grupo de distritos frente al resto</translation>
    </message>
    <message>
        <source>Holds the districts of one group (a region, say) against the rest, indicator by indicator: means, a test against maps as smooth as the indicator's own, and which districts depart from the rule.
An association is no effect, and districts are not households.</source>
        <translation>Compara los distritos de un grupo (una región, por ejemplo) con el resto, indicador por indicador: medias, una prueba frente a mapas tan suaves como el del indicador, y qué distritos se apartan de la regla.
Una asociación no es un efecto, y los distritos no son hogares.</translation>
    </message>
    <message>
        <source>Regression of an indicator</source>
        <translation>Regresión de un indicador</translation>
    </message>
    <message>
        <source>One indicator of the districts by others, with the likeness of neighbours in the model: least squares, spatial lag or spatial error, as the tests of dependence choose.
An association is no effect, and districts are not households.</source>
        <translation>Un indicador de los distritos según otros, con el parecido entre vecinos dentro del modelo: mínimos cuadrados, rezago espacial o error espacial, según elijan las pruebas de dependencia.
Una asociación no es un efecto, y los distritos no son hogares.</translation>
    </message>
    <message>
        <source>How alike are neighbours? (Moran's I)</source>
        <translation>¿Qué tan parecidos son los vecinos? (I de Moran)</translation>
    </message>
    <message>
        <source>Moran's I of indicators of districts, with its moments under normality and under randomisation: are neighbours alike?
Where they are, tests that take districts as independent find far too much.</source>
        <translation>La I de Moran de indicadores de distritos, con sus momentos bajo normalidad y bajo aleatorización: ¿se parecen los vecinos?
Donde se parecen, las pruebas que toman los distritos por independientes encuentran demasiado.</translation>
    </message>
    <message>
        <source>Polygons of districts with the indicator as a field.</source>
        <translation>Polígonos de distritos con el indicador como campo.</translation>
    </message>
    <message>
        <source>Field with the indicator.</source>
        <translation>Campo con el indicador.</translation>
    </message>
    <message>
        <source>So that “poorer” is understood.</source>
        <translation>Para que se entienda «más pobre».</translation>
    </message>
    <message>
        <source>Field with the province, to see whether the answer holds at another level.</source>
        <translation>Campo con la provincia, para ver si la respuesta se sostiene a otro nivel.</translation>
    </message>
    <message>
        <source>Other divisions too</source>
        <translation>También otras divisiones</translation>
    </message>
    <message>
        <source>Also over the larger division and over grids: does the answer hang on the limits?</source>
        <translation>También sobre la división mayor y sobre cuadrículas: ¿depende la respuesta de los límites?</translation>
    </message>
    <message>
        <source>Polygons of districts with the indicators as fields.</source>
        <translation>Polígonos de distritos con los indicadores como campos.</translation>
    </message>
    <message>
        <source>Field of the groups</source>
        <translation>Campo de los grupos</translation>
    </message>
    <message>
        <source>As region.</source>
        <translation>Como región.</translation>
    </message>
    <message>
        <source>One of its values, as it is written in the field; the others are the rest.</source>
        <translation>Uno de sus valores, tal como está escrito en el campo; los demás son el resto.</translation>
    </message>
    <message>
        <source>Indicators</source>
        <translation>Indicadores</translation>
    </message>
    <message>
        <source>Fields, one a year.</source>
        <translation>Campos, uno por año.</translation>
    </message>
    <message>
        <source>Name of the districts</source>
        <translation>Nombre de los distritos</translation>
    </message>
    <message>
        <source>Field.</source>
        <translation>Campo.</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>Contraste</translation>
    </message>
    <message>
        <source>One row for each indicator: means, difference, p-value, who departs.</source>
        <translation>Una fila por indicador: medias, diferencia, valor p, quién se aparta.</translation>
    </message>
    <message>
        <source>Indicator that is explained</source>
        <translation>Indicador que se explica</translation>
    </message>
    <message>
        <source>Fields that explain it</source>
        <translation>Campos que lo explican</translation>
    </message>
    <message>
        <source>One or several.</source>
        <translation>Uno o varios.</translation>
    </message>
    <message>
        <source>Coefficients</source>
        <translation>Coeficientes</translation>
    </message>
    <message>
        <source>One row for each: estimate, standard error, z, p-value.</source>
        <translation>Una fila para cada uno: estimación, error estándar, z, valor p.</translation>
    </message>
    <message>
        <source>Fitting</source>
        <translation>Ajustando</translation>
    </message>
    <message>
        <source>Fields.</source>
        <translation>Campos.</translation>
    </message>
    <message>
        <source>Moran's I</source>
        <translation>I de Moran</translation>
    </message>
    <message>
        <source>One row for each indicator.</source>
        <translation>Una fila por indicador.</translation>
    </message>
    <message>
        <source>Comparing neighbours</source>
        <translation>Comparando vecinos</translation>
    </message>
    <message>
        <source>Territories with indicators</source>
        <translation>Territorios con indicadores</translation>
    </message>
    <message>
        <source>Indicator</source>
        <translation>Indicador</translation>
    </message>
    <message>
        <source>Which is better</source>
        <translation>Qué es mejor</translation>
    </message>
    <message>
        <source>Larger division</source>
        <translation>División mayor</translation>
    </message>
    <message>
        <source>The group</source>
        <translation>El grupo</translation>
    </message>
    <message>
        <source>For indicators whose field's name does not tell it.</source>
        <translation>Para indicadores cuyo nombre de campo no lo dice.</translation>
    </message>
    <message>
        <source>What is stated of the group</source>
        <translation>Qué se afirma del grupo</translation>
    </message>
    <message>
        <source>The statement that the test is held against.</source>
        <translation>La afirmación frente a la que se pone la prueba.</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>Resumen</translation>
    </message>
    <message>
        <source>less is better (poverty)</source>
        <translation>menos es mejor (pobreza)</translation>
    </message>
    <message>
        <source>more is better (human development)</source>
        <translation>más es mejor (desarrollo humano)</translation>
    </message>
    <message>
        <source>it is worse off</source>
        <translation>está peor</translation>
    </message>
    <message>
        <source>it is better off</source>
        <translation>está mejor</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Datos</translation>
    </message>
    <message>
        <source>Detect</source>
        <translation>Detección</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>Perfil</translation>
    </message>
    <message>
        <source>Territory and poverty</source>
        <translation>Territorio y pobreza</translation>
    </message>
    <message>
        <source>SIAL</source>
        <translation>SIAL</translation>
    </message>
    <message>
        <source>Publish</source>
        <translation>Publicación</translation>
    </message>
    <message>
        <source>Study</source>
        <translation>Estudio</translation>
    </message>
    <message>
        <source>points</source>
        <translation>puntos</translation>
    </message>
    <message>
        <source>lines</source>
        <translation>líneas</translation>
    </message>
    <message>
        <source>polygons</source>
        <translation>polígonos</translation>
    </message>
    <message>
        <source>unknown geometries</source>
        <translation>geometrías desconocidas</translation>
    </message>
    <message>
        <source>no geometries</source>
        <translation>ninguna geometría</translation>
    </message>
    <message>
        <source>Remedy: give the layer of the producers themselves; polygons with counts go in as the reference.</source>
        <translation>Remedio: dé la capa de los propios productores; los polígonos con conteos entran como población de referencia.</translation>
    </message>
    <message>
        <source>Remedy: give the layer of districts or municipalities.</source>
        <translation>Remedio: dé la capa de distritos o municipios.</translation>
    </message>
    <message>
        <source>count one by one</source>
        <translation>cuentan uno a uno</translation>
    </message>
    <message>
        <source>count as one site</source>
        <translation>cuentan como un solo sitio</translation>
    </message>
    <message>
        <source>Producers at one coordinate</source>
        <translation>Productores en una misma coordenada</translation>
    </message>
    <message>
        <source>Whether producers at the same coordinate count one by one or as one site.</source>
        <translation>Si los productores de una misma coordenada cuentan uno a uno o como un solo sitio.</translation>
    </message>
    <message>
        <source>Points outside the country</source>
        <translation>Puntos fuera del país</translation>
    </message>
    <message>
        <source>By default set aside where the country is named, else kept with a warning.</source>
        <translation>Sin elegir: se apartan si se indica el país; si no, se conservan con un aviso.</translation>
    </message>
    <message>
        <source>Point layer, one feature per producer.</source>
        <translation>Capa de puntos, un objeto por productor.</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parámetros</translation>
    </message>
    <message>
        <source>(guess)</source>
        <translation>(adivinar)</translation>
    </message>
    <message>
        <source>set aside</source>
        <translation>apartadas</translation>
    </message>
    <message>
        <source>kept, with a warning</source>
        <translation>se conservan, con un aviso</translation>
    </message>
    <message>
        <source>Producers</source>
        <translation>Productores</translation>
    </message>
    <message>
        <source>Cancelled: nothing was written.</source>
        <translation>Cancelado: no se escribió nada.</translation>
    </message>
    <message>
        <source>“{field}” needs the layer “{layer}”.</source>
        <translation>«{field}» necesita la capa «{layer}».</translation>
    </message>
    <message>
        <source>without {library}: no {use}</source>
        <translation>sin {library} no hay: {use}</translation>
    </message>
    <message>
        <source>“{input}”: the layer holds {found}; {needed} are needed. {remedy}</source>
        <translation>«{input}»: la capa contiene {found}; se necesitan {needed}. {remedy}</translation>
    </message>
    <message>
        <source>“{input}”: the layer has no coordinate system. Remedy: right-click the layer, Layer CRS, Set Layer CRS, and choose the one its coordinates are in.</source>
        <translation>«{input}»: la capa no tiene sistema de coordenadas. Remedio: clic derecho en la capa, SRC de la capa, Establecer SRC de la capa, y elija aquel en que están sus coordenadas.</translation>
    </message>
    <message>
        <source>“{input}”: the layer holds no features (or none is selected).</source>
        <translation>«{input}»: la capa no contiene objetos (o ninguno está seleccionado).</translation>
    </message>
    <message>
        <source>“{input}”: reprojected from {old} to {new}.</source>
        <translation>«{input}»: reproyectada de {old} a {new}.</translation>
    </message>
    <message>
        <source>“{input}”: {n} features have no geometry (feature ids {ids}). Remedy: run “Remove null geometries” of the Processing toolbox first, or select the others and use only them.</source>
        <translation>«{input}»: {n} objetos no tienen geometría (identificadores {ids}). Remedio: ejecute antes «Eliminar geometrías nulas» de la caja de herramientas de Procesos, o seleccione los demás y use solo esos.</translation>
    </message>
    <message>
        <source>“{input}”: its coordinate system is in metres but the coordinates look like degrees. Remedy: set the layer's coordinate system to EPSG:4326.</source>
        <translation>«{input}»: su sistema de coordenadas es en metros pero las coordenadas parecen grados. Remedio: establezca EPSG:4326 como sistema de coordenadas de la capa.</translation>
    </message>
    <message>
        <source>“{input}”: {path} is no working file of sialgeo. Remedy: give the *.work.gpkg that “Detect concentrations” wrote.</source>
        <translation>«{input}»: {path} no es un archivo de trabajo de sialgeo. Remedio: dé el *.work.gpkg que escribió «Detectar concentraciones».</translation>
    </message>
    <message>
        <source>“{input}” is needed.</source>
        <translation>Falta «{input}».</translation>
    </message>
    <message>
        <source>“{input}”: the layer has no field “{field}”. It has: {fields}</source>
        <translation>«{input}»: la capa no tiene el campo «{field}». Tiene: {fields}</translation>
    </message>
    <message>
        <source>“{input}”: {value} must lie between {low} and {high}.</source>
        <translation>«{input}»: {value} debe estar entre {low} y {high}.</translation>
    </message>
    <message>
        <source>“{input}”: the field “{field}” holds no numbers (as “{value}”). Remedy: choose another, or make one of numbers with the field calculator.</source>
        <translation>«{input}»: el campo «{field}» no contiene números (por ejemplo «{value}»). Remedio: elija otro, o haga uno de números con la calculadora de campos.</translation>
    </message>
    <message>
        <source>Detect chain by chain</source>
        <translation>Detectar cadena por cadena</translation>
    </message>
    <message>
        <source>Finds and tests the concentrations of every chain on its own. Looking at many chains is many looks at the map, and the p-values pay for all of them.
Without a reference population each chain is held against all chains together. Beside the concentrations it tells which chains are concentrated beyond chance, where the footprints of two chains meet (a multi-product basin), and where the mix of chains differs from elsewhere (multinomial scan, once).</source>
        <translation>Encuentra y prueba las concentraciones de cada cadena por separado. Mirar muchas cadenas es mirar muchas veces el mapa, y los valores p pagan por todas.
Sin población de referencia, cada cadena se compara con todas las cadenas juntas. Además de las concentraciones dice qué cadenas están concentradas más allá del azar, dónde se encuentran las áreas de dos cadenas (una cuenca multiproducto) y dónde la mezcla de cadenas difiere del resto (escaneo multinomial, una sola vez).</translation>
    </message>
    <message>
        <source>Chains</source>
        <translation>Cadenas</translation>
    </message>
    <message>
        <source>One row a chain: producers, concentrations, p-value, adjusted p-value.</source>
        <translation>Una fila por cadena: productores, concentraciones, valor p, valor p ajustado.</translation>
    </message>
    <message>
        <source>Overlap of chains</source>
        <translation>Solapamiento de cadenas</translation>
    </message>
    <message>
        <source>One row for each two chains that are concentrated: how far their areas overlap.</source>
        <translation>Una fila por cada dos cadenas concentradas: cuánto se solapan sus áreas.</translation>
    </message>
    <message>
        <source>Check producers</source>
        <translation>Revisar productores</translation>
    </message>
    <message>
        <source>Examines a point layer of producers row by row: coordinates at 0,0, outside the country, swapped, in the sea, repeated, at the centres of places.
Each fault has a proposal. Nothing is changed and nothing is left out.</source>
        <translation>Revisa fila por fila una capa de puntos de productores: coordenadas en 0,0, fuera del país, invertidas, en el mar, repetidas, en los centros de los lugares.
Cada falla lleva una propuesta. Nada se cambia y nada se omite.</translation>
    </message>
    <message>
        <source>Code or name of the country (or several, with commas) the producers are in, as PE; empty: their positions tell; “any”: at sea, for instance.</source>
        <translation>Código o nombre del país (o varios, separados por comas) en que están los productores, como PE; vacío: lo dicen sus posiciones; «any»: en el mar, por ejemplo.</translation>
    </message>
    <message>
        <source>As codigo_act == '311513'; empty: all.</source>
        <translation>Como codigo_act == '311513'; vacío: todas.</translation>
    </message>
    <message>
        <source>Used for this run only; the layer stays as it is.</source>
        <translation>Se usa solo en esta corrida; la capa queda como está.</translation>
    </message>
    <message>
        <source>One point per fault, with row, code, severity, explanation and proposal.</source>
        <translation>Un punto por falla, con fila, código, gravedad, explicación y propuesta.</translation>
    </message>
    <message>
        <source>Examining the rows</source>
        <translation>Revisando las filas</translation>
    </message>
    <message>
        <source>Country</source>
        <translation>País</translation>
    </message>
    <message>
        <source>Only the rows where</source>
        <translation>Solo las filas donde</translation>
    </message>
    <message>
        <source>Polygons: who lies far from the district declared, or on its centre?</source>
        <translation>Polígonos: ¿quién está lejos del distrito declarado, o en su centro?</translation>
    </message>
    <message>
        <source>Lakes and reservoirs</source>
        <translation>Lagos y embalses</translation>
    </message>
    <message>
        <source>Polygons of water: who lies in one?</source>
        <translation>Polígonos de agua: ¿quién cae en uno?</translation>
    </message>
    <message>
        <source>Places</source>
        <translation>Lugares</translation>
    </message>
    <message>
        <source>Populated places: who lies on one exactly?</source>
        <translation>Centros poblados: ¿quién está exactamente en uno?</translation>
    </message>
    <message>
        <source>Faults</source>
        <translation>Fallas</translation>
    </message>
    <message>
        <source>Producers that can be used</source>
        <translation>Productores que se pueden usar</translation>
    </message>
    <message>
        <source>Coordinate system, where the layer has none</source>
        <translation>Sistema de coordenadas, donde la capa no tiene</translation>
    </message>
    <message>
        <source>The layer has no coordinate system: {crs} is assumed.</source>
        <translation>La capa no tiene sistema de coordenadas: se supone {crs}.</translation>
    </message>
    <message>
        <source>Relative density (DBSCAN against the reference population)</source>
        <translation>Densidad relativa (DBSCAN frente a la población de referencia)</translation>
    </message>
    <message>
        <source>Plain density (DBSCAN): exploratory, proves nothing</source>
        <translation>Densidad simple (DBSCAN): exploratoria, no prueba nada</translation>
    </message>
    <message>
        <source>HDBSCAN: exploratory, proves nothing; needs scikit-learn</source>
        <translation>HDBSCAN: exploratorio, no prueba nada; necesita scikit-learn</translation>
    </message>
    <message>
        <source>Spatial scan (Kulldorff): circles, against the reference population</source>
        <translation>Barrido espacial (Kulldorff): círculos, frente a la población de referencia</translation>
    </message>
    <message>
        <source>OPTICS: exploratory, proves nothing; needs scikit-learn</source>
        <translation>OPTICS: exploratorio, no prueba nada; necesita scikit-learn</translation>
    </message>
    <message>
        <source>relative density</source>
        <translation>densidad relativa</translation>
    </message>
    <message>
        <source>plain density</source>
        <translation>densidad simple</translation>
    </message>
    <message>
        <source>spatial scan</source>
        <translation>barrido espacial</translation>
    </message>
    <message>
        <source>Detect concentrations</source>
        <translation>Detectar concentraciones</translation>
    </message>
    <message>
        <source>Finds geographic concentrations of producers and tests each of them against a reference population.
More concentrated than what? Give all farms, all establishments or the people: points, a raster of counts, or polygons with counts. Without a reference population only the exploratory methods run, and the output says so.
Distances are metres; a layer in degrees is projected, and the projection is told. The p-values come from re-running the whole detection on maps drawn under the null hypothesis.
The working file holds everything, the points included: it is private, and the next steps read it.</source>
        <translation>Encuentra concentraciones geográficas de productores y pone a prueba cada una frente a una población de referencia.
¿Más concentrados que qué? Dé todas las fincas, todos los establecimientos o la población: puntos, un ráster de conteos o polígonos con conteos. Sin población de referencia solo corren los métodos exploratorios, y la salida lo dice.
Las distancias son metros; una capa en grados se proyecta, y se dice a qué proyección. Los valores p salen de repetir toda la detección en mapas sorteados bajo la hipótesis nula.
El archivo de trabajo lo guarda todo, también los puntos: es privado, y los pasos siguientes lo leen.</translation>
    </message>
    <message>
        <source>the layer's own coordinate system</source>
        <translation>el sistema de coordenadas propio de la capa</translation>
    </message>
    <message>
        <source>The first is tested against the reference population; the others explore.</source>
        <translation>El primero se pone a prueba frente a la población de referencia; los otros exploran.</translation>
    </message>
    <message>
        <source>Points of towns; without them a concentration takes its producers' commonest locality.</source>
        <translation>Puntos de poblados; sin ellos una concentración toma la localidad más común de sus productores.</translation>
    </message>
    <message>
        <source>Unit of the output</source>
        <translation>Unidad de la producción</translation>
    </message>
    <message>
        <source>For instance t/week.</source>
        <translation>Por ejemplo t/semana.</translation>
    </message>
    <message>
        <source>Label of synthetic data</source>
        <translation>Etiqueta de datos sintéticos</translation>
    </message>
    <message>
        <source>Shown on every output of data that are made up. Producers with “synthetic” in a field “origin” are labelled without it.</source>
        <translation>Se muestra en toda salida de datos inventados. Los productores con «sintético» en un campo «origen» se etiquetan sin ello.</translation>
    </message>
    <message>
        <source>{n} of {total} producers are synthetic (field “{field}”).</source>
        <translation>{n} de {total} productores son sintéticos (campo «{field}»).</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Método</translation>
    </message>
    <message>
        <source>Places that name concentrations</source>
        <translation>Lugares que dan nombre a las concentraciones</translation>
    </message>
    <message>
        <source>Field with the place's name.</source>
        <translation>Campo con el nombre del lugar.</translation>
    </message>
    <message>
        <source>Field with each producer's chain: the profile then tells the mix and specialisation.</source>
        <translation>Campo con la cadena de cada productor: el perfil dice entonces la mezcla y la especialización.</translation>
    </message>
    <message>
        <source>Field with what each producer makes in a period.</source>
        <translation>Campo con lo que cada productor produce en un periodo.</translation>
    </message>
    <message>
        <source>Employment of each producer</source>
        <translation>Empleo de cada productor</translation>
    </message>
    <message>
        <source>Field with the people who work at each producer's.</source>
        <translation>Campo con las personas que trabajan con cada productor.</translation>
    </message>
    <message>
        <source>Locality of the producers</source>
        <translation>Localidad de los productores</translation>
    </message>
    <message>
        <source>Field whose commonest value names a concentration where no place does.</source>
        <translation>Campo cuyo valor más común da nombre a una concentración donde ningún lugar lo hace.</translation>
    </message>
    <message>
        <source>Weight of each producer</source>
        <translation>Peso de cada productor</translation>
    </message>
    <message>
        <source>Field with a survey weight or size: it describes, the tests count producers.</source>
        <translation>Campo con un peso de encuesta o un tamaño: describe, las pruebas cuentan productores.</translation>
    </message>
    <message>
        <source>Precision of the positions</source>
        <translation>Precisión de las posiciones</translation>
    </message>
    <message>
        <source>Field with metres, by which the stability moves each producer; empty: the field precision_m, where there is one without gaps.</source>
        <translation>Campo con los metros en que la estabilidad mueve a cada productor; vacío: el campo precision_m, donde lo hay sin huecos.</translation>
    </message>
    <message>
        <source>Relative density needs a reference population (more concentrated than what?). Remedy: give all farms or establishments as “Reference population”, or explore with “Plain density”, which proves nothing.</source>
        <translation>La densidad relativa necesita una población de referencia (¿más concentrados que qué?). Remedio: dé todas las fincas o establecimientos como «Población de referencia», o explore con «Densidad simple», que no prueba nada.</translation>
    </message>
    <message>
        <source>Name of the places</source>
        <translation>Nombre de los lugares</translation>
    </message>
    <message>
        <source>Chain or product</source>
        <translation>Cadena o producto</translation>
    </message>
    <message>
        <source>Output of each producer</source>
        <translation>Producción de cada productor</translation>
    </message>
    <message>
        <source>Distances are measured in {crs}.</source>
        <translation>Las distancias se miden en {crs}.</translation>
    </message>
    <message>
        <source>(Only for: {methods}.)</source>
        <translation>(Solo para: {methods}.)</translation>
    </message>
    <message>
        <source>{method} needs scikit-learn, which this QGIS has not. Remedy: {remedy}</source>
        <translation>{method} necesita scikit-learn, que este QGIS no tiene. Remedio: {remedy}</translation>
    </message>
    <message>
        <source>The radius is {radius} m: it looks like degrees or kilometres. Remedy: give metres, as 5000 for 5 km.</source>
        <translation>El radio es de {radius} m: parece estar en grados o kilómetros. Remedio: dé metros, como 5000 para 5 km.</translation>
    </message>
    <message>
        <source>Specialisation by district</source>
        <translation>Especialización por distrito</translation>
    </message>
    <message>
        <source>Location quotient of every chain in every district: interval, exact p-value, false discovery rate, quotient drawn to the mean where there are few units, and the quotient of the district with its neighbours. The log tells how unevenly each chain lies over the districts (Ellison–Glaeser, Gini, Theil, Hoover).
Figures by district change with the division; functions of distance do not.</source>
        <translation>Cociente de localización de cada cadena en cada distrito: intervalo, valor p exacto, tasa de falsos descubrimientos, cociente acercado a la media donde hay pocas unidades, y el cociente del distrito con sus vecinos. El registro dice qué tan desigual está cada cadena entre los distritos (Ellison–Glaeser, Gini, Theil, Hoover).
Las cifras por distrito cambian con la división; las funciones de distancia no.</translation>
    </message>
    <message>
        <source>Together at which distance (M, Kd, K)</source>
        <translation>A qué distancia están juntas (M, Kd, K)</translation>
    </message>
    <message>
        <source>Marcon and Puech's M (the share of a kind around its units over its share in all), Duranton and Overman's Kd (the density of the distances between them) or Ripley's K between two kinds, with a global envelope and one p-value for all distances.
Needs no districts: it does not change with their division.</source>
        <translation>La M de Marcon y Puech (la parte de una clase alrededor de sus unidades sobre su parte en el total), la Kd de Duranton y Overman (la densidad de las distancias entre ellas) o la K de Ripley entre dos clases, con una envolvente global y un solo valor p para todas las distancias.
No necesita distritos: no cambia con su división.</translation>
    </message>
    <message>
        <source>Colocation of kinds</source>
        <translation>Colocalización de clases</translation>
    </message>
    <message>
        <source>Which kinds of units have which as their nearest neighbours, more than random labels would give (colocation quotient of Leslie and Kronenfeld): 1 is chance.
All actors must be in the layer: leaving a kind out changes every quotient.</source>
        <translation>Qué clases de unidades tienen a cuáles por vecinas más cercanas, más que con etiquetas al azar (cociente de colocalización de Leslie y Kronenfeld): 1 es el azar.
Todos los actores deben estar en la capa: dejar fuera una clase cambia todos los cocientes.</translation>
    </message>
    <message>
        <source>Colocation around each unit</source>
        <translation>Colocalización alrededor de cada unidad</translation>
    </message>
    <message>
        <source>Around which units of a kind another kind is over-represented among the nearest neighbours (local colocation quotient of Wang and others): 1 is chance.
All actors must be in the layer. Local p-values hold at a false discovery rate.</source>
        <translation>Alrededor de qué unidades de una clase abunda otra clase entre los vecinos más cercanos (cociente local de colocalización de Wang y otros): 1 es el azar.
Todos los actores deben estar en la capa. Los valores p locales valen con una tasa de descubrimientos falsos.</translation>
    </message>
    <message>
        <source>Points of all units: of every kind, not of one alone.</source>
        <translation>Puntos de todas las unidades: de todas las clases, no de una sola.</translation>
    </message>
    <message>
        <source>Field with the chain, product or kind of actor.</source>
        <translation>Campo con la cadena, el producto o la clase de actor.</translation>
    </message>
    <message>
        <source>Field of the units with the official code of their district.</source>
        <translation>Campo de las unidades con el código oficial de su distrito.</translation>
    </message>
    <message>
        <source>Field of the districts with the same code.</source>
        <translation>Campo de los distritos con el mismo código.</translation>
    </message>
    <message>
        <source>Size of each unit</source>
        <translation>Tamaño de cada unidad</translation>
    </message>
    <message>
        <source>Field with employees or output, for the indices of the log; empty: each counts one.</source>
        <translation>Campo con los empleados o la producción, para los índices del registro; vacío: cada una cuenta uno.</translation>
    </message>
    <message>
        <source>Level of the intervals</source>
        <translation>Nivel de los intervalos</translation>
    </message>
    <message>
        <source>Of the intervals around each quotient.</source>
        <translation>De los intervalos en torno a cada cociente.</translation>
    </message>
    <message>
        <source>One feature per chain and district that holds any unit; filter by chain to map it.</source>
        <translation>Un objeto por cadena y distrito con alguna unidad; filtre por cadena para hacer el mapa.</translation>
    </message>
    <message>
        <source>One of the kinds, as it is written in the field.</source>
        <translation>Una de las clases, como está escrita en el campo.</translation>
    </message>
    <message>
        <source>Empty: the same kind. For M and K only.</source>
        <translation>Vacío: la misma clase. Solo para M y K.</translation>
    </message>
    <message>
        <source>Points of no kind that are compared with too, as all farms; for K: among whom.</source>
        <translation>Puntos de ninguna clase con los que también se compara, como todas las fincas; para K: entre quiénes.</translation>
    </message>
    <message>
        <source>M is relative to all units and needs no correction at the edges; K (Ripley's) counts those of another kind within a distance.</source>
        <translation>M es relativa a todas las unidades y no necesita corrección en los bordes; K (de Ripley) cuenta las de otra clase a menos de una distancia.</translation>
    </message>
    <message>
        <source>Size of the units</source>
        <translation>Tamaño de las unidades</translation>
    </message>
    <message>
        <source>Field, as employees; empty: each counts one. Not for K.</source>
        <translation>Campo, como empleados; vacío: cada una cuenta una. No para K.</translation>
    </message>
    <message>
        <source>As 1km,2km,5km; empty: forty, as far as the units reach.</source>
        <translation>Como 1km,2km,5km; vacío: cuarenta, hasta donde llegan las unidades.</translation>
    </message>
    <message>
        <source>Correction of edges (K)</source>
        <translation>Corrección de bordes (K)</translation>
    </message>
    <message>
        <source>Of the rectangle around all units; for K only.</source>
        <translation>Del rectángulo en torno a todas las unidades; solo para K.</translation>
    </message>
    <message>
        <source>Function of distance</source>
        <translation>Función de distancia</translation>
    </message>
    <message>
        <source>One row per distance: value, envelope, class.</source>
        <translation>Una fila por distancia: valor, envolvente, clase.</translation>
    </message>
    <message>
        <source>Colocation quotients</source>
        <translation>Cocientes de colocalización</translation>
    </message>
    <message>
        <source>One row per pair of kinds: quotient, p-value, false discovery rate.</source>
        <translation>Una fila por par de clases: cociente, valor p, tasa de falsos descubrimientos.</translation>
    </message>
    <message>
        <source>How many are looked at; the nearer weigh more.</source>
        <translation>Cuántos se miran; los más cercanos pesan más.</translation>
    </message>
    <message>
        <source>The units of the kind with quotient, p-value and class. Private: exact points.</source>
        <translation>Las unidades de la clase con cociente, valor p y clase. Privado: puntos exactos.</translation>
    </message>
    <message>
        <source>Units</source>
        <translation>Unidades</translation>
    </message>
    <message>
        <source>Chain or kind</source>
        <translation>Cadena o clase</translation>
    </message>
    <message>
        <source>Code of the unit's district</source>
        <translation>Código del distrito de la unidad</translation>
    </message>
    <message>
        <source>Code of the district</source>
        <translation>Código del distrito</translation>
    </message>
    <message>
        <source>Around units of kind</source>
        <translation>Alrededor de las unidades de clase</translation>
    </message>
    <message>
        <source>How many of kind</source>
        <translation>Cuántas de clase</translation>
    </message>
    <message>
        <source>Further units</source>
        <translation>Otras unidades</translation>
    </message>
    <message>
        <source>Function</source>
        <translation>Función</translation>
    </message>
    <message>
        <source>Distances</source>
        <translation>Distancias</translation>
    </message>
    <message>
        <source>translation</source>
        <translation>traslación</translation>
    </message>
    <message>
        <source>isotropic</source>
        <translation>isotrópica</translation>
    </message>
    <message>
        <source>border</source>
        <translation>borde</translation>
    </message>
    <message>
        <source>none</source>
        <translation>ninguno</translation>
    </message>
    <message>
        <source>Kd looks at one kind: leave “How many of kind” empty.</source>
        <translation>Kd mira una sola clase: deje vacío «Cuántas de clase».</translation>
    </message>
    <message>
        <source>K takes no size of the units.</source>
        <translation>K no toma tamaño de las unidades.</translation>
    </message>
    <message>
        <source>Nearest neighbours</source>
        <translation>Vecinos más cercanos</translation>
    </message>
    <message>
        <source>p = {p} over all distances together.</source>
        <translation>p = {p} para todas las distancias juntas.</translation>
    </message>
    <message>
        <source>Export map</source>
        <translation>Exportar mapa</translation>
    </message>
    <message>
        <source>Writes one HTML file with the map, a fact sheet of each concentration, legend, sources and method, in Spanish and English. It opens in any browser with the network off and can be sent by e-mail.
The page holds areas and counts by grid cell, generalised so that no producer can be told from the outline; points are published only if you ask for them.</source>
        <translation>Escribe un archivo HTML con el mapa, una ficha de cada concentración, leyenda, fuentes y método, en español e inglés. Se abre en cualquier navegador sin conexión y se puede enviar por correo.
La página lleva áreas y conteos por celda, generalizados para que el contorno no delate a ningún productor; los puntos se publican solo si usted lo pide.</translation>
    </message>
    <message>
        <source>Export report and fact sheets</source>
        <translation>Exportar informe y fichas</translation>
    </message>
    <message>
        <source>Writes the study report with a fact sheet of two pages for each concentration: verdict, one number and one caution first, maps, evidence, chains, human development and poverty, what the sheet does not say, method and references.
PDF is typeset by typst where it is installed, else printed by QGIS; pages and Markdown are the other choices.</source>
        <translation>Escribe el informe del estudio con una ficha de dos páginas por concentración: primero el veredicto, un número y una advertencia; luego mapas, evidencia, cadenas, desarrollo humano y pobreza, lo que la ficha no dice, método y referencias.
El PDF lo compone typst donde está instalado; si no, lo imprime QGIS. También puede ser una página o Markdown.</translation>
    </message>
    <message>
        <source>Print sheets with an atlas</source>
        <translation>Imprimir hojas con un atlas</translation>
    </message>
    <message>
        <source>Prints one page for each concentration from the atlas of a print layout: its map with legend and scale, its name and figures, cautions and sources.
Keep the template to change fonts, logo or paper in the layout designer and use it again.</source>
        <translation>Imprime una página por concentración con el atlas de una composición de impresión: su mapa con leyenda y escala, su nombre y cifras, advertencias y fuentes.
Guarde la plantilla para cambiar letra, logotipo o papel en el diseñador de composiciones y volver a usarla.</translation>
    </message>
    <message>
        <source>Export tables and layers</source>
        <translation>Exportar tablas y capas</translation>
    </message>
    <message>
        <source>Writes what may be handed on in the format that the file's name asks for: GeoPackage with styles, spreadsheet, figure, GeoJSON, run log and others.
Areas and counts by grid cell, generalised; figures of few producers are withheld, and the file says so.</source>
        <translation>Escribe lo que se puede entregar en el formato que pide el nombre del archivo: GeoPackage con estilos, hoja de cálculo, figura, GeoJSON, registro de la corrida y otros.
Áreas y conteos por celda, generalizados; las cifras de pocos productores se reservan y el archivo lo dice.</translation>
    </message>
    <message>
        <source>Export figure</source>
        <translation>Exportar figura</translation>
    </message>
    <message>
        <source>Draws one map for a report: concentrations, an indicator, two indicators, chains, hot spots, flows, a surface of relative risk, actors, change between two dates, and others.
Areas and counts by grid cell, generalised; actors are drawn where they are.</source>
        <translation>Dibuja un mapa para un informe: concentraciones, un indicador, dos indicadores, cadenas, puntos calientes, flujos, una superficie de riesgo relativo, actores, cambio entre dos fechas y otros.
Áreas y conteos por celda, generalizados; los actores se dibujan donde están.</translation>
    </message>
    <message>
        <source>Export package</source>
        <translation>Exportar paquete</translation>
    </message>
    <message>
        <source>Writes several files of one publication into one ZIP to hand on: what is withheld is the same in all of them. The description of the files (datapackage.json) says what each holds.
Areas and counts by grid cell, generalised; figures of few producers are withheld, and the files say so.</source>
        <translation>Escribe varios archivos de una publicación en un ZIP para entregar: lo que se reserva es lo mismo en todos. La descripción de los archivos (datapackage.json) dice qué contiene cada uno.
Áreas y conteos por celda, generalizados; las cifras de pocos productores se reservan, y los archivos lo dicen.</translation>
    </message>
    <message>
        <source>What may be handed on</source>
        <translation>Lo que se puede entregar</translation>
    </message>
    <message>
        <source>The confidentiality gate on its own: generalised areas without those of few producers, counts by grid cell, or points where asked for, as layers; and a table of what is withheld, and why.
Every export goes through the same gate.</source>
        <translation>La barrera de confidencialidad sola: áreas generalizadas sin las de pocos productores, conteos por celda, o puntos donde se pidan, como capas; y una tabla de lo que se reserva y por qué.
Toda exportación pasa por la misma barrera.</translation>
    </message>
    <message>
        <source>Title of the map or report.</source>
        <translation>Título del mapa o informe.</translation>
    </message>
    <message>
        <source>Points tell where each producer is: publish them only with their consent.</source>
        <translation>Los puntos dicen dónde está cada productor: publíquelos solo con su consentimiento.</translation>
    </message>
    <message>
        <source>Figures of fewer producers are withheld, and the page says how many were.</source>
        <translation>Las cifras de menos productores se reservan, y la página dice cuántas fueron.</translation>
    </message>
    <message>
        <source>Further fields to publish</source>
        <translation>Otros campos por publicar</translation>
    </message>
    <message>
        <source>Names of fields of the concentrations, or of the producers where points are published, as: producto, volumen. They are handed on as they are.</source>
        <translation>Nombres de campos de las concentraciones, o de los productores donde se publican puntos, como: producto, volumen. Se entregan tal como están.</translation>
    </message>
    <message>
        <source>Most megabytes</source>
        <translation>Máximo de megabytes</translation>
    </message>
    <message>
        <source>Many points become coarser until the page is no larger.</source>
        <translation>Muchos puntos se hacen más gruesos hasta que la página no sea mayor.</translation>
    </message>
    <message>
        <source>Districts with the indicators of the overlay, drawn as a layer of the map.</source>
        <translation>Distritos con los indicadores de la superposición, dibujados como una capa del mapa.</translation>
    </message>
    <message>
        <source>Field with the name of each territory.</source>
        <translation>Campo con el nombre de cada territorio.</translation>
    </message>
    <message>
        <source>Points of towns, drawn with their names.</source>
        <translation>Puntos de poblados, dibujados con su nombre.</translation>
    </message>
    <message>
        <source>One source per line, shown with the result.</source>
        <translation>Una fuente por línea; se muestran con el resultado.</translation>
    </message>
    <message>
        <source>For instance: milk producers. Shown where the page says what the concentrations are measured against.</source>
        <translation>Por ejemplo: productores de leche. Se muestra donde la página dice frente a qué se miden las concentraciones.</translation>
    </message>
    <message>
        <source>Of what is handed on, as CC BY 4.0.</source>
        <translation>De lo que se entrega, como CC BY 4.0.</translation>
    </message>
    <message>
        <source>Reading the working file</source>
        <translation>Leyendo el archivo de trabajo</translation>
    </message>
    <message>
        <source>The page.</source>
        <translation>La página.</translation>
    </message>
    <message>
        <source>The document. A name that ends in “ficha.pdf” holds the fact sheets alone; “.report.html” is a page that prints as PDF from any browser.</source>
        <translation>El documento. Un nombre que termina en «ficha.pdf» lleva solo las fichas; «.report.html» es una página que cualquier navegador imprime como PDF.</translation>
    </message>
    <message>
        <source>For Project › Layout Manager: the layout with its atlas, for other layers.</source>
        <translation>Para Proyecto › Administrador de composiciones: la composición con su atlas, para otras capas.</translation>
    </message>
    <message>
        <source>One page for each concentration.</source>
        <translation>Una página por concentración.</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Archivos</translation>
    </message>
    <message>
        <source>The suffix of its name chooses the format.</source>
        <translation>La terminación del nombre elige el formato.</translation>
    </message>
    <message>
        <source>What is drawn; the parameters below are for some kinds only.</source>
        <translation>Qué se dibuja; los parámetros de abajo son solo para algunas clases.</translation>
    </message>
    <message>
        <source>The figure.</source>
        <translation>La figura.</translation>
    </message>
    <message>
        <source>GeoTIFF files</source>
        <translation>Archivos GeoTIFF</translation>
    </message>
    <message>
        <source>What the package holds.</source>
        <translation>Qué contiene el paquete.</translation>
    </message>
    <message>
        <source>The archive.</source>
        <translation>El archivo ZIP.</translation>
    </message>
    <message>
        <source>Smallest cell of the grid</source>
        <translation>Celda más pequeña de la cuadrícula</translation>
    </message>
    <message>
        <source>Its side; empty: twice the radius of the detection.</source>
        <translation>Su lado; vacío: el doble del radio de la detección.</translation>
    </message>
    <message>
        <source>Checking what may be handed on</source>
        <translation>Revisando lo que se puede entregar</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Título</translation>
    </message>
    <message>
        <source>What is published</source>
        <translation>Qué se publica</translation>
    </message>
    <message>
        <source>Territories drawn beneath</source>
        <translation>Territorios dibujados debajo</translation>
    </message>
    <message>
        <source>Name of the territories</source>
        <translation>Nombre de los territorios</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Mapa</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>Páginas</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Informe</translation>
    </message>
    <message>
        <source>Printing</source>
        <translation>Imprimiendo</translation>
    </message>
    <message>
        <source>Layout template</source>
        <translation>Plantilla de composición</translation>
    </message>
    <message>
        <source>Sheets</source>
        <translation>Hojas</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Archivo</translation>
    </message>
    <message>
        <source>Kind of map</source>
        <translation>Clase de mapa</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>Figura</translation>
    </message>
    <message>
        <source>Name of the indicator, as the overlay gave it.</source>
        <translation>Nombre del indicador, como lo dio la superposición.</translation>
    </message>
    <message>
        <source>The GeoTIFF of “Surface of relative risk”.</source>
        <translation>El GeoTIFF de «Superficie de riesgo relativo».</translation>
    </message>
    <message>
        <source>Points of actors and institutions.</source>
        <translation>Puntos de actores e instituciones.</translation>
    </message>
    <message>
        <source>Field with the actors' kind.</source>
        <translation>Campo con la clase de los actores.</translation>
    </message>
    <message>
        <source>Field with the actors' names, to write them.</source>
        <translation>Campo con los nombres de los actores, para escribirlos.</translation>
    </message>
    <message>
        <source>For the change between two dates.</source>
        <translation>Para el cambio entre dos fechas.</translation>
    </message>
    <message>
        <source>As they are to be written: 2012, 2024</source>
        <translation>Como se han de escribir: 2012, 2024</translation>
    </message>
    <message>
        <source>Give two dates, as 2012, 2024.</source>
        <translation>Dé dos fechas, como 2012, 2024.</translation>
    </message>
    <message>
        <source>Package</source>
        <translation>Paquete</translation>
    </message>
    <message>
        <source>Choose at least one file of the package.</source>
        <translation>Elija al menos un archivo del paquete.</translation>
    </message>
    <message>
        <source>Published areas</source>
        <translation>Áreas publicadas</translation>
    </message>
    <message>
        <source>Generalised areas.</source>
        <translation>Áreas generalizadas.</translation>
    </message>
    <message>
        <source>Producers by grid cell</source>
        <translation>Productores por celda</translation>
    </message>
    <message>
        <source>Counts by cell, each told by a class.</source>
        <translation>Conteos por celda, cada uno dado por una clase.</translation>
    </message>
    <message>
        <source>Published points</source>
        <translation>Puntos publicados</translation>
    </message>
    <message>
        <source>Points, displaced or exact, where they are asked for.</source>
        <translation>Puntos, desplazados o exactos, donde se piden.</translation>
    </message>
    <message>
        <source>What is withheld</source>
        <translation>Lo que se reserva</translation>
    </message>
    <message>
        <source>One row per thing: what, how many, why.</source>
        <translation>Una fila por cosa: qué, cuánto, por qué.</translation>
    </message>
    <message>
        <source>areas only</source>
        <translation>solo áreas</translation>
    </message>
    <message>
        <source>areas, and producers counted by grid cell</source>
        <translation>áreas, y productores contados por celda</translation>
    </message>
    <message>
        <source>areas, and the producers' points</source>
        <translation>áreas, y los puntos de los productores</translation>
    </message>
    <message>
        <source>areas, and displaced points</source>
        <translation>áreas, y puntos desplazados</translation>
    </message>
    <message>
        <source>Least producers to publish figures</source>
        <translation>Mínimo de productores para publicar cifras</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>Fuentes</translation>
    </message>
    <message>
        <source>Name of the reference population</source>
        <translation>Nombre de la población de referencia</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Licencia</translation>
    </message>
    <message>
        <source>Written: {path}</source>
        <translation>Escrito: {path}</translation>
    </message>
    <message>
        <source>Web pages</source>
        <translation>Páginas web</translation>
    </message>
    <message>
        <source>Layout templates</source>
        <translation>Plantillas de composición</translation>
    </message>
    <message>
        <source>Surface of relative risk</source>
        <translation>Superficie de riesgo relativo</translation>
    </message>
    <message>
        <source>Actors</source>
        <translation>Actores</translation>
    </message>
    <message>
        <source>Kind of the actors</source>
        <translation>Clase de los actores</translation>
    </message>
    <message>
        <source>Name of the actors</source>
        <translation>Nombre de los actores</translation>
    </message>
    <message>
        <source>Working file of the earlier date</source>
        <translation>Archivo de trabajo de la fecha anterior</translation>
    </message>
    <message>
        <source>The two dates</source>
        <translation>Las dos fechas</translation>
    </message>
    <message>
        <source>Human development index</source>
        <translation>Índice de desarrollo humano</translation>
    </message>
    <message>
        <source>The UNDP's human development index of each row from its components, and its band, by the method since 2014 or by that of the editions until 2009.
Figures by the two methods are not comparable. Local figures (household income, completed secondary school) are no components of this index. Missing values stay missing.</source>
        <translation>El índice de desarrollo humano del PNUD de cada fila a partir de sus componentes, y su nivel, por el método desde 2014 o por el de las ediciones hasta 2009.
Las cifras de los dos métodos no son comparables. Las cifras locales (ingreso del hogar, secundaria completa) no son componentes de este índice. Lo que falta sigue faltando.</translation>
    </message>
    <message>
        <source>Multidimensional poverty (Alkire–Foster)</source>
        <translation>Pobreza multidimensional (Alkire–Foster)</translation>
    </message>
    <message>
        <source>Alkire and Foster's measures from a survey: the share of people who are poor (H), how many deprivations they suffer (A), and M0 = H · A; by dimension and by group.
It needs rows of people or households. From rates of territories nobody can tell who is deprived in several dimensions at once, and such tables are refused.</source>
        <translation>Las medidas de Alkire y Foster a partir de una encuesta: la proporción de personas pobres (H), cuántas privaciones sufren (A), y M0 = H · A; por dimensión y por grupo.
Necesita filas de personas u hogares. Con tasas de territorios nadie puede saber quién tiene varias privaciones a la vez, y esas tablas se rechazan.</translation>
    </message>
    <message>
        <source>Poverty classes (CONEVAL)</source>
        <translation>Clases de pobreza (CONEVAL)</translation>
    </message>
    <message>
        <source>The class of each person by CONEVAL's rule, from income lines and social deprivations: extreme poverty, moderate poverty, vulnerable by income or by deprivation, neither.
It needs rows of people: rates of territories cannot be classed.</source>
        <translation>La clase de cada persona por la regla de CONEVAL, según líneas de ingreso y carencias sociales: pobreza extrema, pobreza moderada, vulnerable por ingreso o por carencia, ninguna.
Necesita filas de personas: las tasas de territorios no se pueden clasificar.</translation>
    </message>
    <message>
        <source>Change of an indicator</source>
        <translation>Cambio de un indicador</translation>
    </message>
    <message>
        <source>The change of an indicator between two years for every territory, per year and in per cent, and whether it is for the better.
It is refused where method, unit, family or direction differ, or where the year of the method is not stated: nothing is compared on a guess.</source>
        <translation>El cambio de un indicador entre dos años para cada territorio, por año y en por ciento, y si es para bien.
Se rechaza donde difieren método, unidad, familia o sentido, o donde no se dice el año del método: nada se compara por una suposición.</translation>
    </message>
    <message>
        <source>Concentration index over an indicator</source>
        <translation>Índice de concentración sobre un indicador</translation>
    </message>
    <message>
        <source>Is a rate (producers per 1,000 inhabitants, say) found rather among the places that are worse off, or better off? Below zero: among those worse off.
The interval takes places, or blocks of them, as independent: neighbours that are alike make it too narrow. For a test use “Are they in poorer places?”.</source>
        <translation>¿Una tasa (productores por 1 000 habitantes, por ejemplo) se halla más bien en los lugares peor situados o mejor situados? Menor que cero: en los peor situados.
El intervalo toma los lugares, o sus bloques, por independientes: si los vecinos se parecen, resulta demasiado estrecho. Para una prueba use «¿Están en lugares más pobres?».</translation>
    </message>
    <message>
        <source>Districts of rural agro-industry</source>
        <translation>Distritos de agroindustria rural</translation>
    </message>
    <message>
        <source>Which labour areas or provinces are districts of rural agro-industry, where there are only figures by area: specialised in processing, of small units, in one chain, with small or medium units dominant (the steps of Sforzi and ISTAT, transposed).
A missing figure leaves its step open; it is never “no”.</source>
        <translation>Qué áreas laborales o provincias son distritos de agroindustria rural, donde solo hay cifras por área: especializadas en transformar, de unidades pequeñas, en una cadena, con predominio de unidades pequeñas o medianas (los pasos de Sforzi e ISTAT, traspuestos).
Una cifra que falta deja abierto su paso; nunca es «no».</translation>
    </message>
    <message>
        <source>One row for each territory, household or person.</source>
        <translation>Una fila por territorio, hogar o persona.</translation>
    </message>
    <message>
        <source>The former index has other components: literacy, enrolment and GDP.</source>
        <translation>El índice anterior tiene otros componentes: alfabetismo, matrícula y PIB.</translation>
    </message>
    <message>
        <source>Human development</source>
        <translation>Desarrollo humano</translation>
    </message>
    <message>
        <source>The rows with the index and its band.</source>
        <translation>Las filas con el índice y su nivel.</translation>
    </message>
    <message>
        <source>Rates of territories cannot be measured this way.</source>
        <translation>Las tasas de territorios no se pueden medir así.</translation>
    </message>
    <message>
        <source>Dimensions</source>
        <translation>Dimensiones</translation>
    </message>
    <message>
        <source>Fields with achievements, more being better; or 0 where deprived and 1 where not.</source>
        <translation>Campos con logros, más es mejor; o 0 donde hay privación y 1 donde no.</translation>
    </message>
    <message>
        <source>Poor from this weighted number of deprivations on, in the unit of the weights.</source>
        <translation>Es pobre desde este número ponderado de privaciones, en la unidad de los pesos.</translation>
    </message>
    <message>
        <source>Rows with their deprivations</source>
        <translation>Filas con sus privaciones</translation>
    </message>
    <message>
        <source>The rows with their score, and who is poor.</source>
        <translation>Las filas con su puntaje y quién es pobre.</translation>
    </message>
    <message>
        <source>CONEVAL's rule is 3.</source>
        <translation>La regla de CONEVAL es 3.</translation>
    </message>
    <message>
        <source>Poverty classes</source>
        <translation>Clases de pobreza</translation>
    </message>
    <message>
        <source>The rows with their class.</source>
        <translation>Las filas con su clase.</translation>
    </message>
    <message>
        <source>Columns indicator, family, year, method_year, unit, direction, source.</source>
        <translation>Columnas indicator, family, year, method_year, unit, direction, source.</translation>
    </message>
    <message>
        <source>Where no table says it: the year of the method, not of the data.</source>
        <translation>Donde ninguna tabla lo dice: el año del método, no el de los datos.</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Cambio</translation>
    </message>
    <message>
        <source>The rows with the change and its direction.</source>
        <translation>Las filas con el cambio y su sentido.</translation>
    </message>
    <message>
        <source>Concentration curve</source>
        <translation>Curva de concentración</translation>
    </message>
    <message>
        <source>Cumulative shares of people (p) and of what is found (l), those worse off first.</source>
        <translation>Proporciones acumuladas de la población (p) y de lo hallado (l), los peor situados primero.</translation>
    </message>
    <message>
        <source>Processing units by chain</source>
        <translation>Unidades de transformación por cadena</translation>
    </message>
    <message>
        <source>Fields with the number of units of each chain.</source>
        <translation>Campos con el número de unidades de cada cadena.</translation>
    </message>
    <message>
        <source>The rows with the steps that are met.</source>
        <translation>Las filas con los pasos que se cumplen.</translation>
    </message>
    <message>
        <source>Layer or table</source>
        <translation>Capa o tabla</translation>
    </message>
    <message>
        <source>Life expectancy</source>
        <translation>Esperanza de vida</translation>
    </message>
    <message>
        <source>Field with years at birth.</source>
        <translation>Campo con años al nacer.</translation>
    </message>
    <message>
        <source>Expected schooling (until 2009: adult literacy)</source>
        <translation>Escolaridad esperada (hasta 2009: alfabetismo de adultos)</translation>
    </message>
    <message>
        <source>Field with years; until 2009 with per cent of adults.</source>
        <translation>Campo con años; hasta 2009 con por ciento de adultos.</translation>
    </message>
    <message>
        <source>Mean schooling (until 2009: gross enrolment)</source>
        <translation>Escolaridad media (hasta 2009: matrícula bruta)</translation>
    </message>
    <message>
        <source>Field with years; until 2009 with per cent of the age group.</source>
        <translation>Campo con años; hasta 2009 con por ciento del grupo de edad.</translation>
    </message>
    <message>
        <source>Income per person</source>
        <translation>Ingreso por persona</translation>
    </message>
    <message>
        <source>Field with international dollars (PPP): GNI; until 2009 GDP.</source>
        <translation>Campo con dólares internacionales (PPA): INB; hasta 2009 PIB.</translation>
    </message>
    <message>
        <source>A row is</source>
        <translation>Una fila es</translation>
    </message>
    <message>
        <source>Deprivation cutoffs</source>
        <translation>Umbrales de privación</translation>
    </message>
    <message>
        <source>One number for each dimension, in the order of the fields: deprived below it.</source>
        <translation>Un número por dimensión, en el orden de los campos: hay privación por debajo de él.</translation>
    </message>
    <message>
        <source>Weights of the dimensions</source>
        <translation>Pesos de las dimensiones</translation>
    </message>
    <message>
        <source>One number for each dimension; empty: each counts 1.</source>
        <translation>Un número por dimensión; vacío: cada una cuenta 1.</translation>
    </message>
    <message>
        <source>Poverty cutoff</source>
        <translation>Umbral de pobreza</translation>
    </message>
    <message>
        <source>People each row stands for</source>
        <translation>Personas que representa cada fila</translation>
    </message>
    <message>
        <source>Field with size of household times expansion factor; empty: 1.</source>
        <translation>Campo con tamaño del hogar por factor de expansión; vacío: 1.</translation>
    </message>
    <message>
        <source>Decompose by</source>
        <translation>Descomponer por</translation>
    </message>
    <message>
        <source>Field with groups, as department or urban and rural.</source>
        <translation>Campo con grupos, como departamento o urbano y rural.</translation>
    </message>
    <message>
        <source>One row for each dimension.</source>
        <translation>Una fila por dimensión.</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>Grupos</translation>
    </message>
    <message>
        <source>One row for each group, with its part in M0.</source>
        <translation>Una fila por grupo, con su parte de M0.</translation>
    </message>
    <message>
        <source>Field with the income of a month.</source>
        <translation>Campo con el ingreso de un mes.</translation>
    </message>
    <message>
        <source>Social deprivations</source>
        <translation>Carencias sociales</translation>
    </message>
    <message>
        <source>Field with their number, from 0 to 6.</source>
        <translation>Campo con su número, de 0 a 6.</translation>
    </message>
    <message>
        <source>Line of poverty by income</source>
        <translation>Línea de pobreza por ingresos</translation>
    </message>
    <message>
        <source>Field with the line of the month and place (rural or urban) of each row.</source>
        <translation>Campo con la línea del mes y del lugar (rural o urbano) de cada fila.</translation>
    </message>
    <message>
        <source>Line of extreme poverty by income</source>
        <translation>Línea de pobreza extrema por ingresos</translation>
    </message>
    <message>
        <source>Field with the cost of the food basket, as above.</source>
        <translation>Campo con el costo de la canasta alimentaria, como arriba.</translation>
    </message>
    <message>
        <source>Extreme from so many deprivations</source>
        <translation>Extrema desde tantas carencias</translation>
    </message>
    <message>
        <source>Indicator of the earlier year</source>
        <translation>Indicador del año anterior</translation>
    </message>
    <message>
        <source>Indicator of the later year</source>
        <translation>Indicador del año posterior</translation>
    </message>
    <message>
        <source>Table that describes the indicators</source>
        <translation>Tabla que describe los indicadores</translation>
    </message>
    <message>
        <source>Year of the method of both</source>
        <translation>Año del método de ambos</translation>
    </message>
    <message>
        <source>Nothing says by which method both were computed. Remedy: “Year of the method of both”, or the table that describes the indicators.</source>
        <translation>Nada dice con qué método se calcularon ambos. Remedio: «Año del método de ambos», o la tabla que describe los indicadores.</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>Tasa</translation>
    </message>
    <message>
        <source>Field with a rate per person: no counts.</source>
        <translation>Campo con una tasa por persona: no conteos.</translation>
    </message>
    <message>
        <source>Ranked by</source>
        <translation>Ordenado por</translation>
    </message>
    <message>
        <source>Field that ranks the places, as the HDI or poverty.</source>
        <translation>Campo que ordena los lugares, como el IDH o la pobreza.</translation>
    </message>
    <message>
        <source>Of the field that ranks.</source>
        <translation>Del campo que ordena.</translation>
    </message>
    <message>
        <source>Bounds of the rate</source>
        <translation>Límites de la tasa</translation>
    </message>
    <message>
        <source>For a share Erreygers' index is told as well.</source>
        <translation>Para una proporción se dice también el índice de Erreygers.</translation>
    </message>
    <message>
        <source>Field with the people of each place; empty: 1.</source>
        <translation>Campo con la población de cada lugar; vacío: 1.</translation>
    </message>
    <message>
        <source>Field: places of one count as one draw.</source>
        <translation>Campo: los lugares de una división cuentan como un sorteo.</translation>
    </message>
    <message>
        <source>Concentration index</source>
        <translation>Índice de concentración</translation>
    </message>
    <message>
        <source>Lower bound (95 %)</source>
        <translation>Límite inferior (95 %)</translation>
    </message>
    <message>
        <source>Upper bound (95 %)</source>
        <translation>Límite superior (95 %)</translation>
    </message>
    <message>
        <source>All establishments</source>
        <translation>Todos los establecimientos</translation>
    </message>
    <message>
        <source>Field with their number.</source>
        <translation>Campo con su número.</translation>
    </message>
    <message>
        <source>Processing units</source>
        <translation>Unidades de transformación</translation>
    </message>
    <message>
        <source>Field with the number of those that process agricultural produce.</source>
        <translation>Campo con el número de las que transforman productos agrícolas.</translation>
    </message>
    <message>
        <source>Small processing units</source>
        <translation>Unidades de transformación pequeñas</translation>
    </message>
    <message>
        <source>Medium processing units</source>
        <translation>Unidades de transformación medianas</translation>
    </message>
    <message>
        <source>Large processing units</source>
        <translation>Unidades de transformación grandes</translation>
    </message>
    <message>
        <source>Districts found</source>
        <translation>Distritos hallados</translation>
    </message>
    <message>
        <source>write numbers, as 12; 0.5; 3</source>
        <translation>escriba números, como 12; 0,5; 3</translation>
    </message>
    <message>
        <source>UNDP since 2014</source>
        <translation>PNUD desde 2014</translation>
    </message>
    <message>
        <source>UNDP until 2009</source>
        <translation>PNUD hasta 2009</translation>
    </message>
    <message>
        <source>a person</source>
        <translation>una persona</translation>
    </message>
    <message>
        <source>a household</source>
        <translation>un hogar</translation>
    </message>
    <message>
        <source>a share of 0 to 1</source>
        <translation>una proporción de 0 a 1</translation>
    </message>
    <message>
        <source>a share of 0 to 100</source>
        <translation>una proporción de 0 a 100</translation>
    </message>
    <message>
        <source>{n} of {total} areas meet all steps.</source>
        <translation>{n} de {total} áreas cumplen todos los pasos.</translation>
    </message>
    <message>
        <source>“{input}”: it has fields called {names} already. Remedy: rename or remove them.</source>
        <translation>«{input}»: ya tiene campos llamados {names}. Remedio: cámbieles el nombre o quítelos.</translation>
    </message>
    <message>
        <source>Read as numbers: {columns}.</source>
        <translation>Leídas como números: {columns}.</translation>
    </message>
    <message>
        <source>{parameter}: {n} numbers for {fields} dimensions.</source>
        <translation>{parameter}: {n} números para {fields} dimensiones.</translation>
    </message>
    <message>
        <source>Join indicators</source>
        <translation>Unir indicadores</translation>
    </message>
    <message>
        <source>Joins a table of indicators (human development, poverty, …) to districts or municipalities by their official code.
Codes are compared as text; what did not join, on either side, is listed. Missing values stay missing: they never become 0.</source>
        <translation>Une una tabla de indicadores (desarrollo humano, pobreza, …) a distritos o municipios por su código oficial.
Los códigos se comparan como texto; lo que no se unió, de uno u otro lado, se enumera. Los valores que faltan siguen faltando: nunca se vuelven 0.</translation>
    </message>
    <message>
        <source>Field with the official code (UBIGEO, CVEGEO, …).</source>
        <translation>Campo con el código oficial (UBIGEO, CVEGEO, …).</translation>
    </message>
    <message>
        <source>Table or layer with one row per territory.</source>
        <translation>Tabla o capa con una fila por territorio.</translation>
    </message>
    <message>
        <source>Field with the same codes. Leading zeros that were lost are put back, and it is told.</source>
        <translation>Campo con los mismos códigos. Los ceros a la izquierda que se perdieron se reponen, y se dice.</translation>
    </message>
    <message>
        <source>The territories with the indicators as fields.</source>
        <translation>Los territorios con los indicadores como campos.</translation>
    </message>
    <message>
        <source>Empty: all columns of the table.</source>
        <translation>Vacío: todas las columnas de la tabla.</translation>
    </message>
    <message>
        <source>Names to join by where codes do not</source>
        <translation>Nombres por los que se une donde el código no une</translation>
    </message>
    <message>
        <source>Field with the name (or fields, as province and district) that the table has, too; it joins where there is only one of that name on both sides.</source>
        <translation>Campo con el nombre (o campos, como provincia y distrito) que la tabla también tiene; une donde hay uno solo de ese nombre en ambos lados.</translation>
    </message>
    <message>
        <source>Joining</source>
        <translation>Uniendo</translation>
    </message>
    <message>
        <source>Territories</source>
        <translation>Territorios</translation>
    </message>
    <message>
        <source>Code of the territories</source>
        <translation>Código de los territorios</translation>
    </message>
    <message>
        <source>Table of indicators</source>
        <translation>Tabla de indicadores</translation>
    </message>
    <message>
        <source>Code in the table</source>
        <translation>Código en la tabla</translation>
    </message>
    <message>
        <source>Territories with a row in the table</source>
        <translation>Territorios con fila en la tabla</translation>
    </message>
    <message>
        <source>Indicators to join</source>
        <translation>Indicadores que se unen</translation>
    </message>
    <message>
        <source>No row in the table for the territory {code}.</source>
        <translation>No hay fila en la tabla para el territorio {code}.</translation>
    </message>
    <message>
        <source>sialgeo working files</source>
        <translation>Archivos de trabajo de sialgeo</translation>
    </message>
    <message>
        <source>Working file of “Detect concentrations” or of a later step.</source>
        <translation>Archivo de trabajo de «Detectar concentraciones» o de un paso posterior.</translation>
    </message>
    <message>
        <source>One area per concentration with its figures.</source>
        <translation>Un área por concentración con sus cifras.</translation>
    </message>
    <message>
        <source>The producers with the number of the concentration each belongs to (-1: none).</source>
        <translation>Los productores con el número de la concentración a la que pertenece cada uno (-1: ninguna).</translation>
    </message>
    <message>
        <source>Private file with all of it, points included, that “Overlay HDI and poverty” and “Export map” read.</source>
        <translation>Archivo privado con todo ello, también los puntos, que leen «Superponer IDH y pobreza» y «Exportar mapa».</translation>
    </message>
    <message>
        <source>Working file</source>
        <translation>Archivo de trabajo</translation>
    </message>
    <message>
        <source>Concentrations</source>
        <translation>Concentraciones</translation>
    </message>
    <message>
        <source>Producers with their concentration</source>
        <translation>Productores con su concentración</translation>
    </message>
    <message>
        <source>Concentrations found</source>
        <translation>Concentraciones encontradas</translation>
    </message>
    <message>
        <source>Concentrations that pass the test</source>
        <translation>Concentraciones que superan la prueba</translation>
    </message>
    <message>
        <source>Overlay HDI and poverty</source>
        <translation>Superponer IDH y pobreza</translation>
    </message>
    <message>
        <source>Lays indicators of districts, or a raster, over detected concentrations.
Each concentration gets the mean over its area (weighted by population where you name its field, else by area), the mean over its producers' own districts, and the share of its area that has a value. Missing values stay missing.
Indicators of places say nothing about single producers.</source>
        <translation>Superpone indicadores de distritos, o un ráster, a las concentraciones detectadas.
Cada concentración recibe la media sobre su área (ponderada por población donde usted nombra su campo, si no por área), la media de los distritos propios de sus productores y la parte de su área que tiene valor. Los valores que faltan siguen faltando.
Los indicadores de los lugares no dicen nada de cada productor.</translation>
    </message>
    <message>
        <source>The raster has no coordinate system. Remedy: set it in its layer properties.</source>
        <translation>El ráster no tiene sistema de coordenadas. Remedio: establézcalo en las propiedades de la capa.</translation>
    </message>
    <message>
        <source>Polygons of districts with the indicators as fields; “Join indicators” makes them.</source>
        <translation>Polígonos de distritos con los indicadores como campos; «Unir indicadores» los hace.</translation>
    </message>
    <message>
        <source>Fields to lay over. Family, year and direction are read from names like idh_2019 or pobreza_2018, and told.</source>
        <translation>Campos que se superponen. La familia, el año y el sentido se leen de nombres como idh_2019 o pobreza_2018, y se dice.</translation>
    </message>
    <message>
        <source>Field with the population of each territory, to weight by; empty: weighted by area.</source>
        <translation>Campo con la población de cada territorio, para ponderar; vacío: se pondera por área.</translation>
    </message>
    <message>
        <source>Field with the official code; it is noted for each producer.</source>
        <translation>Campo con el código oficial; se anota para cada productor.</translation>
    </message>
    <message>
        <source>Name of the producers' field with the precision of each one's coordinates; who may stand in another territory is told. Empty: precision_m, where there is one.</source>
        <translation>Nombre del campo de los productores con la precisión de sus coordenadas; se dice quiénes podrían estar en otro territorio. Vacío: precision_m, donde lo hay.</translation>
    </message>
    <message>
        <source>The concentrations with the indicators as fields.</source>
        <translation>Las concentraciones con los indicadores como campos.</translation>
    </message>
    <message>
        <source>The producers with the indicators of their own district.</source>
        <translation>Los productores con los indicadores de su propio distrito.</translation>
    </message>
    <message>
        <source>Private file with all of it, points included, for the next overlay and for “Export map”.</source>
        <translation>Archivo privado con todo ello, también los puntos, para la superposición siguiente y para «Exportar mapa».</translation>
    </message>
    <message>
        <source>Laying the territories over</source>
        <translation>Superponiendo los territorios</translation>
    </message>
    <message>
        <source>Laying the raster over</source>
        <translation>Superponiendo el ráster</translation>
    </message>
    <message>
        <source>Fields with counts (people, farms): they are shared out, not averaged; their totals are kept.</source>
        <translation>Campos con conteos (personas, fincas): se reparten, no se promedian; sus totales se conservan.</translation>
    </message>
    <message>
        <source>People, houses or places by cell: the people of a territory are spread as its cells say; without it, evenly.</source>
        <translation>Personas, viviendas o lugares por celda: la población de un territorio se reparte como dicen sus celdas; sin él, por igual.</translation>
    </message>
    <message>
        <source>Monte-Carlo draws that carry the intervals of estimates, where there are any.</source>
        <translation>Sorteos de Montecarlo que trasladan los intervalos de las estimaciones, donde los hay.</translation>
    </message>
    <message>
        <source>The same seed gives the same intervals.</source>
        <translation>La misma semilla da los mismos intervalos.</translation>
    </message>
    <message>
        <source>Of neighbouring territories' estimates: 0 independent, 1 all alike.</source>
        <translation>De las estimaciones de territorios vecinos: 0 independientes, 1 todas iguales.</translation>
    </message>
    <message>
        <source>Choose at least one field of the territories as indicator.</source>
        <translation>Elija al menos un campo de los territorios como indicador.</translation>
    </message>
    <message>
        <source>Columns indicator, name_es, name_en, family, year, unit, direction (more_is_better or more_is_worse), source. What it does not describe is read from the field's name.</source>
        <translation>Columnas indicator, name_es, name_en, family, year, unit, direction (more_is_better o more_is_worse), source. Lo que no describe se lee del nombre del campo.</translation>
    </message>
    <message>
        <source>Who published them; it is shown beside them on the map.</source>
        <translation>Quién los publicó; se muestra junto a ellos en el mapa.</translation>
    </message>
    <message>
        <source>Concentrations with indicators</source>
        <translation>Concentraciones con indicadores</translation>
    </message>
    <message>
        <source>Producers with indicators</source>
        <translation>Productores con indicadores</translation>
    </message>
    <message>
        <source>New working file</source>
        <translation>Nuevo archivo de trabajo</translation>
    </message>
    <message>
        <source>Instead of territories, or besides them.</source>
        <translation>En lugar de los territorios, o además de ellos.</translation>
    </message>
    <message>
        <source>Band of the raster with the indicator.</source>
        <translation>Banda del ráster con el indicador.</translation>
    </message>
    <message>
        <source>Name of the field it gets; empty: the layer's name.</source>
        <translation>Nombre del campo que recibe; vacío: el nombre de la capa.</translation>
    </message>
    <message>
        <source>Nothing to lay over: give territories with indicators, or a raster.</source>
        <translation>No hay nada que superponer: dé territorios con indicadores, o un ráster.</translation>
    </message>
    <message>
        <source>Counts to share out</source>
        <translation>Conteos por repartir</translation>
    </message>
    <message>
        <source>Raster of where the people live</source>
        <translation>Ráster de dónde vive la gente</translation>
    </message>
    <message>
        <source>Draws for intervals</source>
        <translation>Sorteos para los intervalos</translation>
    </message>
    <message>
        <source>Seed of the random draws</source>
        <translation>Semilla de los sorteos</translation>
    </message>
    <message>
        <source>Dependence of the errors</source>
        <translation>Dependencia de los errores</translation>
    </message>
    <message>
        <source>Source of the indicators</source>
        <translation>Fuente de los indicadores</translation>
    </message>
    <message>
        <source>Field with the precision in metres</source>
        <translation>Campo con la precisión en metros</translation>
    </message>
    <message>
        <source>Raster of an indicator</source>
        <translation>Ráster de un indicador</translation>
    </message>
    <message>
        <source>Band</source>
        <translation>Banda</translation>
    </message>
    <message>
        <source>Name of the raster's indicator</source>
        <translation>Nombre del indicador del ráster</translation>
    </message>
    <message>
        <source>Carry figures to other polygons</source>
        <translation>Llevar cifras a otros polígonos</translation>
    </message>
    <message>
        <source>Carries figures of districts to other polygons: to cells of a grid, to catchments, from old limits to new ones. Indicators are averaged, weighted by the people where you name their field; counts are shared out and keep their totals, evenly or smoothly (pycnophylactic).
Missing values stay missing.</source>
        <translation>Lleva cifras de distritos a otros polígonos: a celdas de una malla, a áreas de captación, de límites viejos a nuevos. Los indicadores se promedian, ponderados por la población si usted nombra su campo; los conteos se reparten y conservan sus totales, por igual o de forma suave (picnofiláctica).
Lo que falta sigue faltando.</translation>
    </message>
    <message>
        <source>Mean and sum of a raster in polygons</source>
        <translation>Media y suma de un ráster en polígonos</translation>
    </message>
    <message>
        <source>The mean and the sum of a raster's cells in each polygon; a cell counts by the part of it that lies inside.
Cells without data are told by the share covered; they never become 0.</source>
        <translation>La media y la suma de las celdas de un ráster en cada polígono; una celda cuenta por la parte que queda dentro.
Las celdas sin dato se dicen con la parte cubierta; nunca se vuelven 0.</translation>
    </message>
    <message>
        <source>Those that get the figures: districts, cells of a grid, catchments.</source>
        <translation>Los que reciben las cifras: distritos, celdas de una malla, cuencas.</translation>
    </message>
    <message>
        <source>The same polygons with the figures, and the share of each that they cover.</source>
        <translation>Los mismos polígonos con las cifras y la parte de cada uno que cubren.</translation>
    </message>
    <message>
        <source>Polygons</source>
        <translation>Polígonos</translation>
    </message>
    <message>
        <source>Polygons with figures</source>
        <translation>Polígonos con cifras</translation>
    </message>
    <message>
        <source>An indicator, or counts of people by cell.</source>
        <translation>Un indicador, o conteos de personas por celda.</translation>
    </message>
    <message>
        <source>Suggest a radius</source>
        <translation>Sugerir un radio</translation>
    </message>
    <message>
        <source>Tells for each of several radii how many neighbours chance alone gives, how many would be remarkable, and whether the reference population is fine enough.
It suggests and decides nothing: chains concentrate at different scales. A ladder of radii inside the test (“Radius: several are tried”) is the honest choice where none is known.</source>
        <translation>Dice para cada uno de varios radios cuántos vecinos da el solo azar, cuántos serían notables y si la población de referencia es bastante fina.
Sugiere y no decide nada: las cadenas se concentran a escalas distintas. Una escalera de radios dentro de la prueba («Radio: se prueban varios») es la opción honesta donde no se conoce ninguno.</translation>
    </message>
    <message>
        <source>Radii to look at</source>
        <translation>Radios por mirar</translation>
    </message>
    <message>
        <source>As 2km,5km,10km; empty: those of sialgeo's ladder.</source>
        <translation>Como 2km,5km,10km; vacío: los de la escalera de sialgeo.</translation>
    </message>
    <message>
        <source>Radii</source>
        <translation>Radios</translation>
    </message>
    <message>
        <source>One row per radius, without geometry.</source>
        <translation>Una fila por radio, sin geometría.</translation>
    </message>
    <message>
        <source>Looking at radii</source>
        <translation>Mirando radios</translation>
    </message>
    <message>
        <source>All farms or establishments as points, or polygons with counts.</source>
        <translation>Todas las fincas o establecimientos como puntos, o polígonos con conteos.</translation>
    </message>
    <message>
        <source>Tick it if the producers are a part of the reference layer.</source>
        <translation>Márquelo si los productores son parte de la capa de referencia.</translation>
    </message>
    <message>
        <source>Field of the same name in both layers that tells which reference units are producers; empty: told by their coordinates.</source>
        <translation>Campo del mismo nombre en ambas capas que dice qué unidades de la referencia son productores; vacío: se sabe por sus coordenadas.</translation>
    </message>
    <message>
        <source>For want of a population: producers are held against an even spread over this land. The answer stays inconclusive, whatever the p-value.</source>
        <translation>A falta de una población: los productores se comparan con un reparto uniforme sobre estas tierras. La respuesta queda no concluyente, sea cual sea el valor p.</translation>
    </message>
    <message>
        <source>Reference population</source>
        <translation>Población de referencia</translation>
    </message>
    <message>
        <source>The reference holds the producers, too</source>
        <translation>La referencia contiene también a los productores</translation>
    </message>
    <message>
        <source>Field with the number of units in each polygon.</source>
        <translation>Campo con el número de unidades de cada polígono.</translation>
    </message>
    <message>
        <source>Points of populated places: counts of polygons wider than half the radius give no p-value unless they are spread.</source>
        <translation>Puntos de centros poblados: los conteos de polígonos más anchos que la mitad del radio no dan valor p si no se reparten.</translation>
    </message>
    <message>
        <source>Field to share the counts by, for instance population.</source>
        <translation>Campo según el cual se reparten los conteos, por ejemplo la población.</translation>
    </message>
    <message>
        <source>Raster of counts per cell, instead of a reference layer; cells must be smaller than half the radius.</source>
        <translation>Ráster de conteos por celda, en lugar de una capa de referencia; las celdas deben ser menores que la mitad del radio.</translation>
    </message>
    <message>
        <source>Band with the counts.</source>
        <translation>Banda con los conteos.</translation>
    </message>
    <message>
        <source>Give the reference population as a layer or as a raster, not both.</source>
        <translation>Dé la población de referencia como capa o como ráster, no ambas cosas.</translation>
    </message>
    <message>
        <source>Habitable land must be polygons; this reference holds points.</source>
        <translation>Las tierras habitables deben ser polígonos; esta referencia tiene puntos.</translation>
    </message>
    <message>
        <source>Habitable land has no counts: give one or the other.</source>
        <translation>Las tierras habitables no tienen conteos: dé lo uno o lo otro.</translation>
    </message>
    <message>
        <source>The reference holds polygons. Remedy: name the field with their counts (“Counts of a polygon reference”).</source>
        <translation>La referencia contiene polígonos. Remedio: nombre el campo con sus conteos («Conteos de una referencia de polígonos»).</translation>
    </message>
    <message>
        <source>Counts are for a polygon reference; this one holds points, which count one each.</source>
        <translation>Los conteos son para una referencia de polígonos; esta contiene puntos, que cuentan uno cada uno.</translation>
    </message>
    <message>
        <source>Identifier in both layers</source>
        <translation>Identificador en ambas capas</translation>
    </message>
    <message>
        <source>The reference's polygons are habitable land, not a population</source>
        <translation>Los polígonos de la referencia son tierras habitables, no una población</translation>
    </message>
    <message>
        <source>Counts of a polygon reference</source>
        <translation>Conteos de una referencia de polígonos</translation>
    </message>
    <message>
        <source>Settlements to spread the counts over</source>
        <translation>Centros poblados en que repartir los conteos</translation>
    </message>
    <message>
        <source>Weight of the settlements</source>
        <translation>Peso de los centros poblados</translation>
    </message>
    <message>
        <source>Reference population as a raster</source>
        <translation>Población de referencia como ráster</translation>
    </message>
    <message>
        <source>Band of the reference raster</source>
        <translation>Banda del ráster de referencia</translation>
    </message>
    <message>
        <source>The reference raster has no coordinate system. Remedy: set it in its layer properties.</source>
        <translation>El ráster de referencia no tiene sistema de coordenadas. Remedio: establézcalo en las propiedades de la capa.</translation>
    </message>
    <message>
        <source>Rings around concentrations</source>
        <translation>Anillos alrededor de las concentraciones</translation>
    </message>
    <message>
        <source>Indicators and counts of districts in each concentration's area and in the rings around it: is it poorer nearby than inside?
Rings of different concentrations may overlap; their counts do not add up. The areas are exact: keep the layer private.</source>
        <translation>Indicadores y conteos de los distritos en el área de cada concentración y en los anillos que la rodean: ¿es más pobre alrededor que adentro?
Los anillos de concentraciones distintas pueden traslaparse; sus conteos no se suman. Las áreas son exactas: guarde la capa en privado.</translation>
    </message>
    <message>
        <source>Increasing distances from the area's edge, as 5km,10km,20km.</source>
        <translation>Distancias crecientes desde el borde del área, como 5km,10km,20km.</translation>
    </message>
    <message>
        <source>One row per concentration and ring, the area itself (0 to 0) first.</source>
        <translation>Una fila por concentración y anillo, primero el área misma (0 a 0).</translation>
    </message>
    <message>
        <source>Outer edges of the rings</source>
        <translation>Bordes exteriores de los anillos</translation>
    </message>
    <message>
        <source>Rings</source>
        <translation>Anillos</translation>
    </message>
    <message>
        <source>Give the rings increasing distances, as 5km,10km,20km.</source>
        <translation>Dé a los anillos distancias crecientes, como 5km,10km,20km.</translation>
    </message>
    <message>
        <source>Template of the study's tables</source>
        <translation>Plantilla de las tablas del estudio</translation>
    </message>
    <message>
        <source>Writes a workbook with one sheet a table (units, flows, organisations, memberships, collective actions, specific resources, events, what was surveyed), with drop-down lists and the meaning of each column.
Fill in what you know: what is missing is “not assessable”, never “no”.</source>
        <translation>Escribe un libro con una hoja por tabla (unidades, flujos, organizaciones, membresías, acciones colectivas, recursos específicos, eventos, lo levantado), con listas desplegables y el significado de cada columna.
Llene lo que sepa: lo que falta es «no evaluable», nunca «no».</translation>
    </message>
    <message>
        <source>Classify: from concentration to SIAL</source>
        <translation>Clasificar: de la concentración al SIAL</translation>
    </message>
    <message>
        <source>Says on two axes what each concentration is: the evidence of the points, and the level of activation that the study's tables show (1 passive, 2 SIAL candidate, 3 being activated, 4 activated, 5 with hybrid coordination), each criterion with its evidence.
What was not surveyed is not assessable, never “not activated”. Points alone never show a SIAL.</source>
        <translation>Dice en dos ejes qué es cada concentración: la evidencia de los puntos y el nivel de activación que muestran las tablas del estudio (1 pasiva, 2 SIAL candidato, 3 en activación, 4 activado, 5 con coordinación híbrida), cada criterio con su evidencia.
Lo que no se levantó es «no evaluable», nunca «no activado». Los puntos solos nunca muestran un SIAL.</translation>
    </message>
    <message>
        <source>Linkages: suppliers and markets</source>
        <translation>Encadenamientos: proveedores y mercados</translation>
    </message>
    <message>
        <source>Says how each concentration is linked backward to its suppliers (access within 5, 10 and 20 km, catchments) and forward to its markets (from recorded flows), and which links of the chain are present.
What no table tells stays unknown.</source>
        <translation>Dice cómo se encadena cada concentración hacia atrás con sus proveedores (acceso a 5, 10 y 20 km, cuencas) y hacia adelante con sus mercados (según los flujos registrados), y qué eslabones de la cadena están presentes.
Lo que ninguna tabla dice queda sin saberse.</translation>
    </message>
    <message>
        <source>Exposure to trade opening</source>
        <translation>Exposición a la apertura comercial</translation>
    </message>
    <message>
        <source>How far each concentration lives on chains that compete with imports, held against its activation: the study's table of trade opening says which chains, and the change of price.
Exposure is no effect: it does not say what became of prices, nor who adapted.</source>
        <translation>Hasta dónde vive cada concentración de cadenas que compiten con importaciones, frente a su activación: la tabla de apertura comercial del estudio dice qué cadenas y el cambio de precio.
Exposición no es efecto: no dice qué fue de los precios ni quién se adaptó.</translation>
    </message>
    <message>
        <source>Questions for field work</source>
        <translation>Preguntas para el trabajo de campo</translation>
    </message>
    <message>
        <source>The questions that what is missing leads to, for each concentration and by phase of the SIAL guide, with the table that the answer fills in.
The log tells the phases, and what was done of each.</source>
        <translation>Las preguntas a que lleva lo que falta, por concentración y por fase de la guía SIAL, con la tabla que la respuesta llena.
El registro dice las fases y qué se hizo de cada una.</translation>
    </message>
    <message>
        <source>Prioritise concentrations</source>
        <translation>Priorizar concentraciones</translation>
    </message>
    <message>
        <source>Ranks the concentrations by need, potential, activation, access and evidence, as far as the working file tells them, and says how far each rank depends on the weights.
“Robust priority” only where at least 80 % of all weightings put it among the first.</source>
        <translation>Ordena las concentraciones por necesidad, potencial, activación, acceso y evidencia, hasta donde el archivo de trabajo los dice, y muestra cuánto depende cada rango de los pesos.
«Prioridad robusta» solo donde al menos el 80 % de las ponderaciones la ponen entre las primeras.</translation>
    </message>
    <message>
        <source>Compare two dates</source>
        <translation>Comparar dos fechas</translation>
    </message>
    <message>
        <source>Matches the concentrations of two dates or runs and says which were born, have grown, are stable, have shrunk, merged, split, or are gone, and where there is a risk of de-clustering.
Both dates must have been detected alike.</source>
        <translation>Empareja las concentraciones de dos fechas o corridas y dice cuáles nacieron, crecieron, están estables, se redujeron, se fusionaron, se dividieron o desaparecieron, y dónde hay riesgo de de-clusterización.
Ambas fechas deben haberse detectado igual.</translation>
    </message>
    <message>
        <source>Units, organisations, memberships, collective actions …; “Template” writes one.</source>
        <translation>Unidades, organizaciones, membresías, acciones colectivas…; «Plantilla» escribe uno.</translation>
    </message>
    <message>
        <source>Instead of one file: a folder with one CSV or workbook a table.</source>
        <translation>En lugar de un archivo: una carpeta con un CSV o libro por tabla.</translation>
    </message>
    <message>
        <source>The workbook to fill in.</source>
        <translation>El libro por llenar.</translation>
    </message>
    <message>
        <source>The same tables as an XLSForm, for KoboToolbox and ODK on a phone.</source>
        <translation>Las mismas tablas como XLSForm, para KoboToolbox y ODK en un teléfono.</translation>
    </message>
    <message>
        <source>Falls of membership since</source>
        <translation>Caídas de membresía desde</translation>
    </message>
    <message>
        <source>From when a fall of membership is looked for, as 2004; empty: from the peak.</source>
        <translation>Desde cuándo se busca una caída de la membresía, como 2004; vacío: desde el máximo.</translation>
    </message>
    <message>
        <source>Further names of a concentration</source>
        <translation>Otros nombres de una concentración</translation>
    </message>
    <message>
        <source>That the tables use, by number or name, as: 1 = Upper basin; 2 = Llano, El Llano</source>
        <translation>Los que usan las tablas, por número o nombre, así: 1 = Cuenca alta; 2 = Llano, El Llano</translation>
    </message>
    <message>
        <source>Classified together too, by number or name, as: North = 1, 3; South = 2, 4</source>
        <translation>Se clasifican también juntas, por número o nombre, así: Norte = 1, 3; Sur = 2, 4</translation>
    </message>
    <message>
        <source>Polygons that are classified beside, with their overlap with the footprints.</source>
        <translation>Polígonos que se clasifican al lado, con su superposición con las huellas.</translation>
    </message>
    <message>
        <source>One area per group and territory with its level. Private: footprints are exact.</source>
        <translation>Un área por grupo y territorio con su nivel. Privado: las huellas son exactas.</translation>
    </message>
    <message>
        <source>Reading the tables</source>
        <translation>Leyendo las tablas</translation>
    </message>
    <message>
        <source>Classifying</source>
        <translation>Clasificando</translation>
    </message>
    <message>
        <source>Points of the producers of the raw material.</source>
        <translation>Puntos de los productores de la materia prima.</translation>
    </message>
    <message>
        <source>Empty: each counts one.</source>
        <translation>Vacío: cada uno cuenta uno.</translation>
    </message>
    <message>
        <source>Name of the producers' field with the codes that the tables use.</source>
        <translation>Nombre del campo de los productores con los códigos que usan las tablas.</translation>
    </message>
    <message>
        <source>Markets</source>
        <translation>Mercados</translation>
    </message>
    <message>
        <source>Points of the markets; one that has a point gets a line on the map.</source>
        <translation>Puntos de los mercados; el que tiene un punto recibe una línea en el mapa.</translation>
    </message>
    <message>
        <source>Name of the markets</source>
        <translation>Nombre de los mercados</translation>
    </message>
    <message>
        <source>Field with the market's name.</source>
        <translation>Campo con el nombre del mercado.</translation>
    </message>
    <message>
        <source>Linking</source>
        <translation>Encadenando</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>Comparando</translation>
    </message>
    <message>
        <source>One row per question: concentration, phase, table, criterion, question.</source>
        <translation>Una fila por pregunta: concentración, fase, tabla, criterio, pregunta.</translation>
    </message>
    <message>
        <source>Sub-indices</source>
        <translation>Subíndices</translation>
    </message>
    <message>
        <source>Fields of the concentrations, with a minus where less comes first, as: need = pobreza_2018, -idh_2019; size = n. Empty: as said above.</source>
        <translation>Campos de las concentraciones, con un menos donde menos va primero, así: necesidad = pobreza_2018, -idh_2019; tamaño = n. Vacío: como se dice arriba.</translation>
    </message>
    <message>
        <source>The working file above is the later date.</source>
        <translation>El archivo de trabajo de arriba es la fecha posterior.</translation>
    </message>
    <message>
        <source>Name of the field in both files; empty: matched by ground.</source>
        <translation>Nombre del campo en ambos archivos; vacío: se emparejan por el suelo.</translation>
    </message>
    <message>
        <source>Figures to lay beside each other</source>
        <translation>Cifras por poner lado a lado</translation>
    </message>
    <message>
        <source>Names of fields of the concentrations, as: n, lq. Indicators and level are anyway.</source>
        <translation>Nombres de campos de las concentraciones, como: n, lq. Los indicadores y el nivel lo están siempre.</translation>
    </message>
    <message>
        <source>Tables of the study</source>
        <translation>Tablas del estudio</translation>
    </message>
    <message>
        <source>Folder of tables</source>
        <translation>Carpeta de tablas</translation>
    </message>
    <message>
        <source>Give the tables of the study, as a file or as a folder.</source>
        <translation>Dé las tablas del estudio, como archivo o como carpeta.</translation>
    </message>
    <message>
        <source>Workbook</source>
        <translation>Libro</translation>
    </message>
    <message>
        <source>Field form</source>
        <translation>Formulario de campo</translation>
    </message>
    <message>
        <source>Field with the producers' code</source>
        <translation>Campo con el código de los productores</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Fecha</translation>
    </message>
    <message>
        <source>Day, month or year for which the level holds, as 2004; empty: now.</source>
        <translation>Día, mes o año para el que vale el nivel, como 2004; vacío: ahora.</translation>
    </message>
    <message>
        <source>Groups of concentrations</source>
        <translation>Grupos de concentraciones</translation>
    </message>
    <message>
        <source>Territories (terruños)</source>
        <translation>Territorios (terruños)</translation>
    </message>
    <message>
        <source>Groups and territories</source>
        <translation>Grupos y territorios</translation>
    </message>
    <message>
        <source>Groups are written as: North = 1, 3; South = 2, 4</source>
        <translation>Los grupos se escriben así: Norte = 1, 3; Sur = 2, 4</translation>
    </message>
    <message>
        <source>Further names are written as: 1 = Upper basin; 2 = Llano, El Llano</source>
        <translation>Los otros nombres se escriben así: 1 = Cuenca alta; 2 = Llano, El Llano</translation>
    </message>
    <message>
        <source>Suppliers</source>
        <translation>Proveedores</translation>
    </message>
    <message>
        <source>Volume of each supplier</source>
        <translation>Volumen de cada proveedor</translation>
    </message>
    <message>
        <source>Distances to suppliers</source>
        <translation>Distancias a los proveedores</translation>
    </message>
    <message>
        <source>Within which they are counted around each plant; empty: 5km,10km,20km.</source>
        <translation>Dentro de las cuales se cuentan en torno a cada planta; vacío: 5km,10km,20km.</translation>
    </message>
    <message>
        <source>What draws suppliers</source>
        <translation>Lo que atrae a los proveedores</translation>
    </message>
    <message>
        <source>Name of the producers' field with their size; empty: all alike.</source>
        <translation>Nombre del campo de los productores con su tamaño; vacío: todos igual.</translation>
    </message>
    <message>
        <source>How much each plant can take</source>
        <translation>Cuánto puede recibir cada planta</translation>
    </message>
    <message>
        <source>Name of the producers' field, in the unit of the suppliers' volume.</source>
        <translation>Nombre del campo de los productores, en la unidad del volumen de los proveedores.</translation>
    </message>
    <message>
        <source>Name of the producers' field; what no flow names goes to their own market.</source>
        <translation>Nombre del campo de los productores; lo que ningún flujo nombra va a su propio mercado.</translation>
    </message>
    <message>
        <source>The markets need the field with their names.</source>
        <translation>Los mercados necesitan el campo con sus nombres.</translation>
    </message>
    <message>
        <source>Nothing to link to: give suppliers, or the tables of the study.</source>
        <translation>No hay con qué encadenar: dé proveedores o las tablas del estudio.</translation>
    </message>
    <message>
        <source>done</source>
        <translation>hecha</translation>
    </message>
    <message>
        <source>not done</source>
        <translation>sin hacer</translation>
    </message>
    <message>
        <source>Sub-indices are written as: need = pobreza_2018, -idh_2019; size = n</source>
        <translation>Los subíndices se escriben así: necesidad = pobreza_2018, -idh_2019; tamaño = n</translation>
    </message>
    <message>
        <source>Workbooks</source>
        <translation>Libros</translation>
    </message>
    <message>
        <source>{n} open questions</source>
        <translation>{n} preguntas abiertas</translation>
    </message>
    <message>
        <source>Workbook or GeoPackage</source>
        <translation>Libro o GeoPackage</translation>
    </message>
    <message>
        <source>Profile concentrations</source>
        <translation>Perfilar concentraciones</translation>
    </message>
    <message>
        <source>Describes each concentration: size, density, share of all producers, mix of chains with the location quotient of each, output and employment.
What was found before stays as it is.</source>
        <translation>Describe cada concentración: tamaño, densidad, parte del total de productores, mezcla de cadenas con el cociente de localización de cada una, producción y empleo.
Lo que se encontró antes queda como está.</translation>
    </message>
    <message>
        <source>Test concentrations</source>
        <translation>Probar concentraciones</translation>
    </message>
    <message>
        <source>Tests each concentration against the reference population by re-running the whole recorded detection on maps drawn under the null hypothesis.
“Detect concentrations” does it already; this is for more replicates, another seed, or another reference.</source>
        <translation>Prueba cada concentración frente a la población de referencia repitiendo toda la detección registrada en mapas sorteados bajo la hipótesis nula.
«Detectar concentraciones» ya lo hace; esto sirve para más réplicas, otra semilla u otra referencia.</translation>
    </message>
    <message>
        <source>Strength on held-out producers</source>
        <translation>Fuerza en productores apartados</translation>
    </message>
    <message>
        <source>Estimates the relative risk of each concentration on producers that took no part in detecting it, so that it is not inflated by the choice of the place, and grades it: strong, moderate, weak, uncertain.</source>
        <translation>Estima el riesgo relativo de cada concentración con productores que no participaron en detectarla, para que la elección del lugar no lo infle, y lo gradúa: fuerte, moderado, débil, incierto.</translation>
    </message>
    <message>
        <source>Confirm by the spatial scan</source>
        <translation>Confirmar con el escaneo espacial</translation>
    </message>
    <message>
        <source>Says which concentrations a second method finds too: the spatial scan (Kulldorff), with local zones, tested against the same reference population. The agreement is the share of a concentration's producers that lie in a significant zone.
“Detect concentrations” does it already, unless it was told not to.</source>
        <translation>Dice qué concentraciones encuentra también un segundo método: el escaneo espacial (Kulldorff), con zonas locales, probado contra la misma población de referencia. La concordancia es la parte de los productores de una concentración que está en una zona significativa.
«Detectar concentraciones» ya lo hace, salvo que se le diga que no.</translation>
    </message>
    <message>
        <source>Stability of concentrations</source>
        <translation>Estabilidad de las concentraciones</translation>
    </message>
    <message>
        <source>Repeats the recorded detection on 80 % of the data, with the producers moved within their stated precision and the radius times 0.8, 1 and 1.25, and says how much of each concentration comes back (Jaccard): robust, indicative, unstable.</source>
        <translation>Repite la detección registrada con el 80 % de los datos, los productores movidos dentro de su precisión declarada y el radio por 0,8, 1 y 1,25, y dice cuánto vuelve de cada concentración (Jaccard): robusta, indicativa, inestable.</translation>
    </message>
    <message>
        <source>Agreement of two detections</source>
        <translation>Concordancia de dos detecciones</translation>
    </message>
    <message>
        <source>The share of each concentration's producers that lie in a concentration of another detection of the same producers: another method, another radius, another reference.
Where the other was tested, only its significant ones count.</source>
        <translation>La parte de los productores de cada concentración que está en una concentración de otra detección de los mismos productores: otro método, otro radio, otra referencia.
Donde la otra se puso a prueba, solo cuentan las significativas.</translation>
    </message>
    <message>
        <source>Evidence by radius</source>
        <translation>Evidencia por radio</translation>
    </message>
    <message>
        <source>Of a detection that tried several radii: what each of them shows, and which concentrations persist over several.
The p-values are adjusted for the whole ladder.</source>
        <translation>De una detección que probó varios radios: qué muestra cada uno y qué concentraciones persisten en varios.
Los valores p están ajustados por toda la escalera.</translation>
    </message>
    <message>
        <source>Catchment areas</source>
        <translation>Cuencas de acopio</translation>
    </message>
    <message>
        <source>The land that lies nearest to each concentration's plants, within reach of a supplier.
Land nearer to a plant in no concentration belongs to none. The areas tell where plants are: keep the layer private.</source>
        <translation>La tierra más cercana a las plantas de cada concentración, al alcance de un proveedor.
La tierra más cercana a una planta que no está en ninguna concentración no es de ninguna. Las áreas dicen dónde están las plantas: guarde la capa en privado.</translation>
    </message>
    <message>
        <source>Name of the producers' field with the precision of each one's coordinates.</source>
        <translation>Nombre del campo de los productores con la precisión de las coordenadas de cada uno.</translation>
    </message>
    <message>
        <source>Made from the same layer of producers.</source>
        <translation>Hecho con la misma capa de productores.</translation>
    </message>
    <message>
        <source>One row per radius: groups, producers in them, statistic, p-value.</source>
        <translation>Una fila por radio: grupos, productores en ellos, estadístico, valor p.</translation>
    </message>
    <message>
        <source>One area per concentration.</source>
        <translation>Un área por concentración.</translation>
    </message>
    <message>
        <source>Drawing the areas</source>
        <translation>Dibujando las áreas</translation>
    </message>
    <message>
        <source>Name of the producers' field with each one's chain.</source>
        <translation>Nombre del campo de los productores con la cadena de cada uno.</translation>
    </message>
    <message>
        <source>Name of the producers' field with what each makes in a period.</source>
        <translation>Nombre del campo de los productores con lo que cada uno produce en un periodo.</translation>
    </message>
    <message>
        <source>Name of the producers' field with the people who work at each.</source>
        <translation>Nombre del campo de los productores con las personas que trabajan en cada uno.</translation>
    </message>
    <message>
        <source>This step repeats the detection and needs the reference population it was made with. Remedy: give the same layer or raster.</source>
        <translation>Este paso repite la detección y necesita la población de referencia con la que se hizo. Remedio: dé la misma capa o ráster.</translation>
    </message>
    <message>
        <source>Working file of the other detection</source>
        <translation>Archivo de trabajo de la otra detección</translation>
    </message>
    <message>
        <source>Reach</source>
        <translation>Alcance</translation>
    </message>
    <message>
        <source>The farthest that a supplier delivers.</source>
        <translation>Lo más lejos que entrega un proveedor.</translation>
    </message>
    <message>
        <source>Cell size</source>
        <translation>Tamaño de la celda</translation>
    </message>
    <message>
        <source>Side of the grid the areas are drawn on.</source>
        <translation>Lado de la malla en que se dibujan las áreas.</translation>
    </message>
    <message>
        <source>Run a study file</source>
        <translation>Correr un archivo de estudio</translation>
    </message>
    <message>
        <source>Runs a whole study (study.toml): reads, detects, tests, describes, lays over, and writes maps, tables and layers into a folder, as “sialgeo run” does.
After an error or a cancel the folder is as it was. Its part “private” holds locations and is not to be handed on.</source>
        <translation>Corre un estudio entero (estudio.toml): lee, detecta, prueba, describe, superpone y escribe mapas, tablas y capas en una carpeta, como «sialgeo run».
Tras un error o una cancelación la carpeta queda como estaba. Su parte «private» guarda ubicaciones y no se entrega.</translation>
    </message>
    <message>
        <source>Verify published numbers</source>
        <translation>Verificar números publicados</translation>
    </message>
    <message>
        <source>Recomputes published numbers with the libraries of this QGIS, and says whether each agrees within its tolerance, and where it was published.</source>
        <translation>Recalcula números publicados con las bibliotecas de este QGIS, y dice si cada uno coincide dentro de su tolerancia y dónde se publicó.</translation>
    </message>
    <message>
        <source>Text file that says what is read, detected, laid over and handed on.</source>
        <translation>Archivo de texto que dice qué se lee, detecta, superpone y entrega.</translation>
    </message>
    <message>
        <source>Files of the same names are replaced at the very end, others are left alone.</source>
        <translation>Los archivos del mismo nombre se reemplazan al final; los demás no se tocan.</translation>
    </message>
    <message>
        <source>Some numbers need files that sialgeo may not carry; the log names them.</source>
        <translation>Algunos números necesitan archivos que sialgeo no puede llevar; el registro los nombra.</translation>
    </message>
    <message>
        <source>Published numbers</source>
        <translation>Números publicados</translation>
    </message>
    <message>
        <source>One row per number: ours, the published one, tolerance, source.</source>
        <translation>Una fila por número: el nuestro, el publicado, tolerancia, fuente.</translation>
    </message>
    <message>
        <source>Recomputing</source>
        <translation>Recalculando</translation>
    </message>
    <message>
        <source>Study file</source>
        <translation>Archivo de estudio</translation>
    </message>
    <message>
        <source>Folder of the outputs</source>
        <translation>Carpeta de las salidas</translation>
    </message>
    <message>
        <source>Folder with others' data</source>
        <translation>Carpeta con datos de otros</translation>
    </message>
    <message>
        <source>Numbers that disagree</source>
        <translation>Números que no coinciden</translation>
    </message>
    <message>
        <source>Study files</source>
        <translation>Archivos de estudio</translation>
    </message>
    <message>
        <source>It disagrees: {name}</source>
        <translation>No coincide: {name}</translation>
    </message>
    <message>
        <source>Where producers are denser, or sparser, than the reference population: a raster of the logarithm of the relative risk, tested against random labels, and the contours where it is higher or lower than chance.
Each contour is pointwise: of a map without any excess a part lies inside by chance; the p-value of the whole map is told in the log. A lone producer shows as a bump at its place: raster and contours are for the analyst, not for publication.</source>
        <translation>Dónde los productores son más densos, o más ralos, que la población de referencia: un ráster del logaritmo del riesgo relativo, puesto a prueba frente a etiquetas al azar, y los contornos donde es mayor o menor que el azar.
Cada contorno es puntual: de un mapa sin ningún exceso, una parte queda dentro por azar; el registro dice el valor p de todo el mapa. Un productor solo se ve como un bulto en su lugar: el ráster y los contornos son para quien analiza, no para publicar.</translation>
    </message>
    <message>
        <source>Polygons; units outside are left out. Empty: the rectangle of all units.</source>
        <translation>Polígonos; las unidades de fuera quedan aparte. Vacío: el rectángulo de todas las unidades.</translation>
    </message>
    <message>
        <source>GeoTIFF: logarithm of the relative risk, and both p-values as further bands.</source>
        <translation>GeoTIFF: logaritmo del riesgo relativo, y los dos valores p en otras bandas.</translation>
    </message>
    <message>
        <source>Areas where it is higher, or lower, than random labels give.</source>
        <translation>Áreas donde es mayor, o menor, de lo que dan etiquetas al azar.</translation>
    </message>
    <message>
        <source>Study area</source>
        <translation>Área de estudio</translation>
    </message>
    <message>
        <source>Relative risk</source>
        <translation>Riesgo relativo</translation>
    </message>
    <message>
        <source>Contours of relative risk</source>
        <translation>Contornos de riesgo relativo</translation>
    </message>
    <message>
        <source>p-value of the whole map</source>
        <translation>valor p de todo el mapa</translation>
    </message>
    <message>
        <source>A relative risk needs a reference population: more concentrated than what?</source>
        <translation>Un riesgo relativo necesita una población de referencia: ¿más concentrados que qué?</translation>
    </message>
    <message>
        <source>The map as a whole against random labels: p = {p}.</source>
        <translation>El mapa entero frente a etiquetas al azar: p = {p}.</translation>
    </message>
    <message>
        <source>Producers from a table</source>
        <translation>Productores desde una tabla</translation>
    </message>
    <message>
        <source>Makes a point layer of producers from a CSV or XLSX table with coordinates in degrees or UTM metres.
Separator, decimal sign, encoding, coordinate columns and coordinate system are guessed where you leave them open; each guess is told, and you can override it. Rows that cannot be placed are not dropped in silence: they are written to a table with their row number and the reason.</source>
        <translation>Hace una capa de puntos de productores a partir de una tabla CSV o XLSX con coordenadas en grados o en metros UTM.
El separador, el signo decimal, la codificación, las columnas de coordenadas y el sistema de coordenadas se adivinan donde usted los deja abiertos; cada suposición se dice, y usted puede cambiarla. Las filas que no se pueden situar no se pierden en silencio: se escriben en una tabla con su número de fila y el motivo.</translation>
    </message>
    <message>
        <source>CSV or XLSX file with one row per producer.</source>
        <translation>Archivo CSV o XLSX con una fila por productor.</translation>
    </message>
    <message>
        <source>Point layer of the rows that could be placed.</source>
        <translation>Capa de puntos de las filas que se pudieron situar.</translation>
    </message>
    <message>
        <source>Rejected rows</source>
        <translation>Filas rechazadas</translation>
    </message>
    <message>
        <source>Table of the rows that could not be placed, with row number and reason.</source>
        <translation>Tabla de las filas que no se pudieron situar, con número de fila y motivo.</translation>
    </message>
    <message>
        <source>Empty: guessed. For UTM name the zone, for instance EPSG:32717 for 17 South.</source>
        <translation>Vacío: se adivina. Para UTM nombre la zona, por ejemplo EPSG:32717 para 17 Sur.</translation>
    </message>
    <message>
        <source>Code or name (or several, with commas), for instance PE or MX: coordinates outside are rejected, and it helps the guesses; “any”: held against no country.</source>
        <translation>Código o nombre (o varios, separados por comas), por ejemplo PE o MX: se rechazan las coordenadas de fuera, y ayuda a las suposiciones; «any»: no se comparan con ningún país.</translation>
    </message>
    <message>
        <source>comma ,</source>
        <translation>coma ,</translation>
    </message>
    <message>
        <source>semicolon ;</source>
        <translation>punto y coma ;</translation>
    </message>
    <message>
        <source>tabulator</source>
        <translation>tabulador</translation>
    </message>
    <message>
        <source>bar |</source>
        <translation>barra |</translation>
    </message>
    <message>
        <source>Reading the table</source>
        <translation>Leyendo la tabla</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Todos los archivos</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Tabla</translation>
    </message>
    <message>
        <source>CSV files</source>
        <translation>Archivos CSV</translation>
    </message>
    <message>
        <source>Producers read</source>
        <translation>Productores leídos</translation>
    </message>
    <message>
        <source>Rows rejected</source>
        <translation>Filas rechazadas</translation>
    </message>
    <message>
        <source>Column of longitude or easting</source>
        <translation>Columna de longitud o este</translation>
    </message>
    <message>
        <source>Empty: guessed from names and values.</source>
        <translation>Vacío: se adivina por nombres y valores.</translation>
    </message>
    <message>
        <source>Column of latitude or northing</source>
        <translation>Columna de latitud o norte</translation>
    </message>
    <message>
        <source>Coordinate system of the table</source>
        <translation>Sistema de coordenadas de la tabla</translation>
    </message>
    <message>
        <source>Country of the producers</source>
        <translation>País de los productores</translation>
    </message>
    <message>
        <source>Name of the sheet of an XLSX file; empty: the first.</source>
        <translation>Nombre de la hoja de un archivo XLSX; vacío: la primera.</translation>
    </message>
    <message>
        <source>What separates the columns of a CSV file.</source>
        <translation>Lo que separa las columnas de un archivo CSV.</translation>
    </message>
    <message>
        <source>What separates the decimals in the numbers.</source>
        <translation>Lo que separa los decimales en los números.</translation>
    </message>
    <message>
        <source>For instance utf-8 or cp1252; empty: guessed.</source>
        <translation>Por ejemplo utf-8 o cp1252; vacío: se adivina.</translation>
    </message>
    <message>
        <source>As a spreadsheet counts; 0: there is none; empty: guessed.</source>
        <translation>Como cuenta una hoja de cálculo; 0: no hay; vacío: se supone.</translation>
    </message>
    <message>
        <source>Side of the equator and of Greenwich on which they lie; NE: as written.</source>
        <translation>Lado del ecuador y de Greenwich en que están; NE: como está escrito.</translation>
    </message>
    <message>
        <source>Of DENUE, KoboToolbox or ODK; by default its columns tell.</source>
        <translation>De DENUE, KoboToolbox u ODK; por omisión lo dicen sus columnas.</translation>
    </message>
    <message>
        <source>By the table of chains that sialgeo carries (SCIAN, CIIU).</source>
        <translation>Por la tabla de cadenas que sialgeo lleva (SCIAN, CIIU).</translation>
    </message>
    <message>
        <source>What coordinates are is told by the share of points inside it.</source>
        <translation>Qué son las coordenadas se sabe por la parte de los puntos que queda dentro.</translation>
    </message>
    <message>
        <source>None unless you tick it; each repair is told, row by row.</source>
        <translation>Ninguna si usted no la marca; cada reparación se dice, fila por fila.</translation>
    </message>
    <message>
        <source>Tables</source>
        <translation>Tablas</translation>
    </message>
    <message>
        <source>Sheet</source>
        <translation>Hoja</translation>
    </message>
    <message>
        <source>Separator</source>
        <translation>Separador</translation>
    </message>
    <message>
        <source>Decimal sign</source>
        <translation>Signo decimal</translation>
    </message>
    <message>
        <source>Encoding</source>
        <translation>Codificación</translation>
    </message>
    <message>
        <source>Row of the header</source>
        <translation>Fila del encabezado</translation>
    </message>
    <message>
        <source>Degrees without a sign</source>
        <translation>Grados sin signo</translation>
    </message>
    <message>
        <source>Format of the table</source>
        <translation>Formato de la tabla</translation>
    </message>
    <message>
        <source>Give codes of activity their chain</source>
        <translation>Dar su cadena a los códigos de actividad</translation>
    </message>
    <message>
        <source>Repairs to make</source>
        <translation>Reparaciones por hacer</translation>
    </message>
    <message>
        <source>{n} producers read.</source>
        <translation>{n} productores leídos.</translation>
    </message>
    <message>
        <source>point 1.5</source>
        <translation>punto 1.5</translation>
    </message>
    <message>
        <source>comma 1,5</source>
        <translation>coma 1,5</translation>
    </message>
    <message>
        <source>{rejected} of {total} rows were rejected; the table of rejected rows names row and reason: {path}</source>
        <translation>Se rechazaron {rejected} de {total} filas; la tabla de filas rechazadas nombra fila y motivo: {path}</translation>
    </message>
    <message>
        <source>The value above is not used: a ladder of values is climbed, and the choice is inside the test.</source>
        <translation>No se usa el valor de arriba: se sube una escalera de valores, y la elección entra en la prueba.</translation>
    </message>
    <message>
        <source>{parameter}: several are tried, the test allows for it</source>
        <translation>{parameter}: se prueban varios, y la prueba lo tiene en cuenta</translation>
    </message>
    <message>
        <source>(chosen by the data)</source>
        <translation>(la eligen los datos)</translation>
    </message>
    <message>
        <source>Libraries</source>
        <translation>Bibliotecas</translation>
    </message>
    <message>
        <source>Algorithms</source>
        <translation>Algoritmos</translation>
    </message>
    <message>
        <source>empty: from the package index, through QGIS's proxy settings</source>
        <translation>vacío: del índice de paquetes, por el proxy configurado en QGIS</translation>
    </message>
    <message>
        <source>Libraries go into a folder of this profile. What QGIS brings is not touched: its numpy and scipy stay, and anything new is found only after them.</source>
        <translation>Las bibliotecas van a una carpeta de este perfil. Lo que trae QGIS no se toca: sus numpy y scipy quedan, y lo nuevo se busca solo después de ellas.</translation>
    </message>
    <message>
        <source>The report is on the clipboard.</source>
        <translation>El informe está en el portapapeles.</translation>
    </message>
    <message>
        <source>Algorithm</source>
        <translation>Algoritmo</translation>
    </message>
    <message>
        <source>What is missing</source>
        <translation>Qué falta</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>Biblioteca</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Versión</translation>
    </message>
    <message>
        <source>What it is for</source>
        <translation>Para qué sirve</translation>
    </message>
    <message>
        <source>Folder of wheels (without a network)</source>
        <translation>Carpeta de paquetes wheel (sin red)</translation>
    </message>
    <message>
        <source>Install what is ticked</source>
        <translation>Instalar lo marcado</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Detener</translation>
    </message>
    <message>
        <source>Remove what was installed</source>
        <translation>Quitar lo instalado</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>Copiar informe</translation>
    </message>
    <message>
        <source>Everything that is needed is here.</source>
        <translation>Está todo lo necesario.</translation>
    </message>
    <message>
        <source>Nothing is ticked: tick libraries in the first table.</source>
        <translation>No hay nada marcado: marque bibliotecas en la primera tabla.</translation>
    </message>
    <message>
        <source>Removed. Start QGIS again so that it forgets what is loaded.</source>
        <translation>Quitado. Reinicie QGIS para que olvide lo que tiene cargado.</translation>
    </message>
    <message>
        <source>Dependencies</source>
        <translation>Dependencias</translation>
    </message>
    <message>
        <source>not installed</source>
        <translation>no instalada</translation>
    </message>
    <message>
        <source>Starting …</source>
        <translation>Empezando …</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Web map</source>
        <translation>Mapa web</translation>
    </message>
    <message>
        <source>Report and fact sheets</source>
        <translation>Informe y fichas</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Carpeta</translation>
    </message>
    <message>
        <source>Study done; the verdict is in the panel.</source>
        <translation>Estudio terminado; el veredicto está en el panel.</translation>
    </message>
    <message>
        <source>Reading the GeoPackage</source>
        <translation>Leyendo el GeoPackage</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Abrir</translation>
    </message>
    <message>
        <source>sialgeo: study in {folder}</source>
        <translation>sialgeo: estudio en {folder}</translation>
    </message>
    <message>
        <source>sialgeo: opening {file}</source>
        <translation>sialgeo: abriendo {file}</translation>
    </message>
    <message>
        <source>done.</source>
        <translation>listo.</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filtrar</translation>
    </message>
    <message>
        <source>All evidence</source>
        <translation>Toda evidencia</translation>
    </message>
    <message>
        <source>Open a working file or a published GeoPackage…</source>
        <translation>Abrir un archivo de trabajo o un GeoPackage publicado…</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>N.º</translation>
    </message>
    <message>
        <source>Zoom to the selected concentrations</source>
        <translation>Acercarse a las concentraciones elegidas</translation>
    </message>
    <message>
        <source>The concentrations of a study are listed here. Run “New study…” or “Detect concentrations”, or open a working file or a published GeoPackage.</source>
        <translation>Aquí se enumeran las concentraciones de un estudio. Corra «Nuevo estudio…» o «Detectar concentraciones», o abra un archivo de trabajo o un GeoPackage publicado.</translation>
    </message>
    <message>
        <source>The producers and dairies of this example are synthetic. Next step: Detect concentrations.</source>
        <translation>Los productores y las queserías de este ejemplo son sintéticos. Siguiente paso: Detectar concentraciones.</translation>
    </message>
    <message>
        <source>This sialgeo came without its sample.</source>
        <translation>Este sialgeo vino sin su muestra.</translation>
    </message>
    <message>
        <source>Cajamarca (synthetic producers)</source>
        <translation>Cajamarca (productores sintéticos)</translation>
    </message>
    <message>
        <source>Districts (Thiessen areas, not official limits)</source>
        <translation>Distritos (áreas de Thiessen, no límites oficiales)</translation>
    </message>
    <message>
        <source>Cheese dairies (synthetic)</source>
        <translation>Queserías (sintéticas)</translation>
    </message>
    <message>
        <source>Milk producers (synthetic)</source>
        <translation>Productores de leche (sintéticos)</translation>
    </message>
    <message>
        <source>Description of the indicators</source>
        <translation>Descripción de los indicadores</translation>
    </message>
    <message>
        <source>Indicators by district</source>
        <translation>Indicadores por distrito</translation>
    </message>
    <message>
        <source>Poverty 2018 (raster derived from districts)</source>
        <translation>Pobreza 2018 (ráster derivado de los distritos)</translation>
    </message>
    <message>
        <source>The sample's file {file} could not be opened.</source>
        <translation>No se pudo abrir el archivo {file} de la muestra.</translation>
    </message>
    <message>
        <source>pip ended with an error; its own words are above. Nothing of QGIS was changed.</source>
        <translation>pip terminó con un error; arriba está lo que dijo. No se cambió nada de QGIS.</translation>
    </message>
    <message>
        <source>This Python has no pip. Remedy: on Debian or Ubuntu install the package python3-pip; on Windows run the OSGeo4W Setup and choose python3-pip.</source>
        <translation>Este Python no tiene pip. Remedio: en Debian o Ubuntu instale el paquete python3-pip; en Windows ejecute OSGeo4W Setup y elija python3-pip.</translation>
    </message>
    <message>
        <source>The proxy refused the connection. Remedy: enter proxy, user and password in Settings › Options › Network, or install from a folder of wheels.</source>
        <translation>El proxy rechazó la conexión. Remedio: ponga proxy, usuario y contraseña en Configuración › Opciones › Red, o instale desde una carpeta de paquetes wheel.</translation>
    </message>
    <message>
        <source>The connection is inspected by a certificate that Python does not know. Remedy: ask for the certificate and set PIP_CERT in Settings › Options › System, or install from a folder of wheels.</source>
        <translation>Inspecciona la conexión un certificado que Python no conoce. Remedio: pida el certificado y ponga PIP_CERT en Configuración › Opciones › Sistema, o instale desde una carpeta de paquetes wheel.</translation>
    </message>
    <message>
        <source>There is no connection to the package index. Remedy: check Settings › Options › Network, or install from a folder of wheels.</source>
        <translation>No hay conexión con el índice de paquetes. Remedio: revise Configuración › Opciones › Red, o instale desde una carpeta de paquetes wheel.</translation>
    </message>
    <message>
        <source>No version fits the numpy and scipy of this QGIS. Remedy: update QGIS; nothing was changed.</source>
        <translation>Ninguna versión va con las bibliotecas numpy y scipy de este QGIS. Remedio: actualice QGIS; no se cambió nada.</translation>
    </message>
    <message>
        <source>There is no wheel for this Python and system. Remedy: in the folder of wheels put those that the report names, for this version of Python; or update QGIS.</source>
        <translation>No hay paquete wheel para este Python y sistema. Remedio: ponga en la carpeta los que nombra el informe, para esta versión de Python; o actualice QGIS.</translation>
    </message>
    <message>
        <source>A file could not be written. Remedy: close other QGIS windows and try again; if a virus scanner holds the folder, ask for an exception.</source>
        <translation>Un archivo no se pudo escribir. Remedio: cierre otras ventanas de QGIS e intente de nuevo; si un antivirus retiene la carpeta, pida una excepción.</translation>
    </message>
    <message>
        <source>The disk is full. Remedy: make room and try again.</source>
        <translation>El disco está lleno. Remedio: haga espacio e intente de nuevo.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Detenido.</translation>
    </message>
    <message>
        <source>Installing into {folder}</source>
        <translation>Instalando en {folder}</translation>
    </message>
    <message>
        <source>Installed.</source>
        <translation>Instalado.</translation>
    </message>
    <message>
        <source>Python could not be started: {path}</source>
        <translation>No se pudo iniciar Python: {path}</translation>
    </message>
    <message>
        <source>XLSX tables</source>
        <translation>tablas XLSX</translation>
    </message>
    <message>
        <source>XLSX tables, faster; XLS and ODS tables</source>
        <translation>tablas XLSX, más rápido; tablas XLS y ODS</translation>
    </message>
    <message>
        <source>figures, reports and fact sheets</source>
        <translation>figuras, informes y fichas</translation>
    </message>
    <message>
        <source>the methods HDBSCAN and OPTICS</source>
        <translation>los métodos HDBSCAN y OPTICS</translation>
    </message>
    <message>
        <source>faster detection of many producers</source>
        <translation>detección más rápida de muchos productores</translation>
    </message>
    <message>
        <source>rasters named in a study file; the overlay reads rasters through QGIS</source>
        <translation>rásteres nombrados en un archivo de estudio; la superposición los lee con QGIS</translation>
    </message>
    <message>
        <source>rasters finer than two million cells a concentration</source>
        <translation>rásteres de más de dos millones de celdas por concentración</translation>
    </message>
    <message>
        <source>GeoParquet files</source>
        <translation>archivos GeoParquet</translation>
    </message>
    <message>
        <source>reports in PDF, typeset; without it QGIS prints them</source>
        <translation>informes en PDF compuestos; sin ella los imprime QGIS</translation>
    </message>
    <message>
        <source>Too old in this QGIS, whose own are always found first: {libraries}. Remedy: update QGIS.</source>
        <translation>Demasiado antiguas en este QGIS, que siempre usa primero las suyas: {libraries}. Remedio: actualice QGIS.</translation>
    </message>
    <message>
        <source>in the OSGeo4W Shell: </source>
        <translation>en el OSGeo4W Shell: </translation>
    </message>
    <message>
        <source>Plugins › sialgeo › Dependencies… installs it; or {place}{command}</source>
        <translation>Complementos › sialgeo › Dependencias… lo instala; o bien {place}{command}</translation>
    </message>
    <message>
        <source>The libraries installed for sialgeo were made for {old}; this QGIS has {new}, so they are not used. Remedy: remove them in Plugins › sialgeo › Dependencies… and install them again.</source>
        <translation>Las bibliotecas instaladas para sialgeo se hicieron para {old}; este QGIS tiene {new}, así que no se usan. Remedio: quítelas en Complementos › sialgeo › Dependencias… e instálelas de nuevo.</translation>
    </message>
    <message>
        <source>in a terminal, with the Python inside the QGIS application: </source>
        <translation>en un terminal, con el Python de dentro de la aplicación QGIS: </translation>
    </message>
    <message>
        <source>in a terminal: </source>
        <translation>en un terminal: </translation>
    </message>
    <message>
        <source>This QGIS runs Python {found}; sialgeo needs Python 3.10 or later. Remedy: install a newer QGIS.</source>
        <translation>Este QGIS usa Python {found}; sialgeo necesita Python 3.10 o posterior. Remedio: instale un QGIS más nuevo.</translation>
    </message>
    <message>
        <source>This QGIS has shapely {found}; sialgeo needs shapely 2.0 or later. Remedy: {remedy}</source>
        <translation>Este QGIS tiene shapely {found}; sialgeo necesita shapely 2.0 o posterior. Remedio: {remedy}</translation>
    </message>
    <message>
        <source>Remedy: {remedy}</source>
        <translation>Remedio: {remedy}</translation>
    </message>
    <message>
        <source>{path} is in use. Remedy: close QGIS, start it again and remove them before anything of sialgeo is run.</source>
        <translation>{path} está en uso. Remedio: cierre QGIS, ábralo de nuevo y quítelas antes de ejecutar algo de sialgeo.</translation>
    </message>
    <message>
        <source>The installed sialgeo {found} ({path}) is older than this plugin needs ({needed}). Remedy: update it, or uninstall it to use the one that the plugin carries.</source>
        <translation>El sialgeo instalado {found} ({path}) es más antiguo de lo que este complemento necesita ({needed}). Remedio: actualícelo, o desinstálelo para usar el que lleva el complemento.</translation>
    </message>
    <message>
        <source>Installed for sialgeo in {folder}</source>
        <translation>Instalado para sialgeo en {folder}</translation>
    </message>
    <message>
        <source>needed, {version} or later</source>
        <translation>necesaria, {version} o posterior</translation>
    </message>
    <message>
        <source>{library} is not installed</source>
        <translation>{library} no está instalada</translation>
    </message>
    <message>
        <source>sialgeo cannot be imported ({reason})</source>
        <translation>no se puede importar sialgeo ({reason})</translation>
    </message>
    <message>
        <source>{library} {found} is older than {needed}</source>
        <translation>{library} {found} es anterior a {needed}</translation>
    </message>
    <message>
        <source>as many as there are</source>
        <translation>todos los que haya</translation>
    </message>
    <message>
        <source>the system's</source>
        <translation>la del sistema</translation>
    </message>
    <message>
        <source>Open the web map when a study is done</source>
        <translation>Abrir el mapa web al terminar un estudio</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Configuración</translation>
    </message>
    <message>
        <source>QGIS's own</source>
        <translation>el de QGIS</translation>
    </message>
    <message>
        <source>Language of sialgeo</source>
        <translation>Idioma de sialgeo</translation>
    </message>
    <message>
        <source>Takes effect when QGIS starts again.</source>
        <translation>Vale cuando QGIS vuelva a iniciar.</translation>
    </message>
    <message>
        <source>Maps drawn by chance</source>
        <translation>Mapas sorteados al azar</translation>
    </message>
    <message>
        <source>What the wizard and the toolbar's dialogs offer; 999 for a result.</source>
        <translation>Lo que ofrecen el asistente y los diálogos de la barra; 999 para un resultado.</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Semilla</translation>
    </message>
    <message>
        <source>The same seed gives the same numbers again.</source>
        <translation>La misma semilla da otra vez los mismos números.</translation>
    </message>
    <message>
        <source>Figures of fewer producers are withheld.</source>
        <translation>Las cifras de menos productores se reservan.</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Hilos</translation>
    </message>
    <message>
        <source>Results do not depend on it; fewer leave the computer to other work.</source>
        <translation>Los resultados no dependen de esto; con menos, la computadora queda libre para otras tareas.</translation>
    </message>
    <message>
        <source>Folder of new studies</source>
        <translation>Carpeta de los estudios nuevos</translation>
    </message>
    <message>
        <source>Folder of temporary files</source>
        <translation>Carpeta de archivos temporales</translation>
    </message>
    <message>
        <source>Copies of layers that are no files, while the wizard is open.</source>
        <translation>Copias de capas que no son archivos, mientras el asistente está abierto.</translation>
    </message>
    <message>
        <source>Classify</source>
        <translation>Clasificar</translation>
    </message>
    <message>
        <source>New study…</source>
        <translation>Nuevo estudio…</translation>
    </message>
    <message>
        <source>Panel of concentrations</source>
        <translation>Panel de concentraciones</translation>
    </message>
    <message>
        <source>Open the Cajamarca example</source>
        <translation>Abrir el ejemplo de Cajamarca</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Ayuda</translation>
    </message>
    <message>
        <source>Dependencies…</source>
        <translation>Dependencias…</translation>
    </message>
    <message>
        <source>This cannot run yet</source>
        <translation>Esto no se puede ejecutar todavía</translation>
    </message>
    <message>
        <source>See Plugins › sialgeo › Dependencies…</source>
        <translation>Vea Complementos › sialgeo › Dependencias…</translation>
    </message>
    <message>
        <source>The project could not be read: {path}</source>
        <translation>No se pudo leer el proyecto: {path}</translation>
    </message>
    <message>
        <source>{path}: the layout could not be printed. {reason}</source>
        <translation>{path}: no se pudo imprimir la composición. {reason}</translation>
    </message>
    <message>
        <source>results</source>
        <translation>resultados</translation>
    </message>
    <message>
        <source>Producers (private)</source>
        <translation>Productores (privado)</translation>
    </message>
    <message>
        <source>Writing the layers</source>
        <translation>Escribiendo las capas</translation>
    </message>
    <message>
        <source>study</source>
        <translation>estudio</translation>
    </message>
    <message>
        <source>layers</source>
        <translation>capas</translation>
    </message>
    <message>
        <source>low</source>
        <translation>bajo</translation>
    </message>
    <message>
        <source>middle</source>
        <translation>medio</translation>
    </message>
    <message>
        <source>high</source>
        <translation>alto</translation>
    </message>
    <message>
        <source>in a concentration</source>
        <translation>en una concentración</translation>
    </message>
    <message>
        <source>Something went wrong that sialgeo did not expect ({reason}). The log panel, tab “sialgeo”, holds the details; please report them.</source>
        <translation>Ocurrió algo que sialgeo no esperaba ({reason}). El panel de mensajes de registro, pestaña «sialgeo», guarda los detalles; por favor repórtelos.</translation>
    </message>
    <message>
        <source>sialgeo – New study</source>
        <translation>sialgeo – Nuevo estudio</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Correr</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Siguiente</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Atrás</translation>
    </message>
    <message>
        <source>inputs</source>
        <translation>entradas</translation>
    </message>
    <message>
        <source>Start from a study file</source>
        <translation>Partir de un archivo de estudio</translation>
    </message>
    <message>
        <source>This study has no producers: use “Run a study file” for it.</source>
        <translation>Este estudio no tiene productores: use «Correr un archivo de estudio».</translation>
    </message>
    <message>
        <source>The folder {path} cannot be written ({reason}). Remedy: choose another.</source>
        <translation>No se puede escribir en la carpeta {path} ({reason}). Remedio: elija otra.</translation>
    </message>
    <message>
        <source>Tables found in {place}: {names}. No fault.</source>
        <translation>Tablas halladas en {place}: {names}. Ninguna falla.</translation>
    </message>
    <message>
        <source>{n} faults; nothing can be classified before they are mended.</source>
        <translation>{n} fallas; no se puede clasificar nada antes de corregirlas.</translation>
    </message>
    <message>
        <source>Looking at several radii</source>
        <translation>Mirando varios radios</translation>
    </message>
    <message>
        <source>Radius (km)</source>
        <translation>Radio (km)</translation>
    </message>
    <message>
        <source>By chance</source>
        <translation>Por azar</translation>
    </message>
    <message>
        <source>Remarkable from</source>
        <translation>Notable desde</translation>
    </message>
    <message>
        <source>Crowded</source>
        <translation>Con vecinos</translation>
    </message>
    <message>
        <source>Usable</source>
        <translation>Utilizable</translation>
    </message>
    <message>
        <source>Reading the territories</source>
        <translation>Leyendo los territorios</translation>
    </message>
    <message>
        <source>Row</source>
        <translation>Fila</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>Columna</translation>
    </message>
    <message>
        <source>Fault</source>
        <translation>Falla</translation>
    </message>
    <message>
        <source>Remedy</source>
        <translation>Remedio</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>Filas</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Tipo</translation>
    </message>
    <message>
        <source>What is wrong</source>
        <translation>Qué está mal</translation>
    </message>
    <message>
        <source>Proposal</source>
        <translation>Propuesta</translation>
    </message>
    <message>
        <source>Which rows</source>
        <translation>Cuáles filas</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>aviso</translation>
    </message>
    <message>
        <source>… and {n} more kinds; the list of faults holds all.</source>
        <translation>… y {n} tipos más; la lista de fallas los tiene todos.</translation>
    </message>
    <message>
        <source>This is land, not people: the answer stays inconclusive.</source>
        <translation>Esto es tierra, no gente: la respuesta queda no concluyente.</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>sí</translation>
    </message>
    <message>
        <source>no</source>
        <translation>no</translation>
    </message>
    <message>
        <source>Tick the indicators to lay over, on the left.</source>
        <translation>Marque a la izquierda los indicadores por superponer.</translation>
    </message>
    <message>
        <source>Without a reference nothing can be tested.</source>
        <translation>Sin referencia no se puede poner nada a prueba.</translation>
    </message>
    <message>
        <source>The groups found are exploratory: they prove nothing, and every output says so.</source>
        <translation>Los grupos que se hallen son exploratorios: no prueban nada, y todas las salidas lo dicen.</translation>
    </message>
    <message>
        <source>{producers} producers against {n} of “{name}”.</source>
        <translation>{producers} productores frente a {n} de «{name}».</translation>
    </message>
    <message>
        <source>{n} territories.</source>
        <translation>{n} territorios.</translation>
    </message>
    <message>
        <source>With a value</source>
        <translation>Con valor</translation>
    </message>
    <message>
        <source>From – to</source>
        <translation>De – a</translation>
    </message>
    <message>
        <source>{n} of {total} rows are producers by your rule.</source>
        <translation>{n} de {total} filas son productores según su regla.</translation>
    </message>
    <message>
        <source>{km} km is outside what can be used here: {least} to {most} km.</source>
        <translation>{km} km queda fuera de lo que aquí se puede usar: de {least} a {most} km.</translation>
    </message>
    <message>
        <source>Its places are {km} km apart: a radius under twice that would invent concentrations.</source>
        <translation>Sus lugares distan {km} km entre sí: un radio menor que el doble inventaría concentraciones.</translation>
    </message>
    <message>
        <source>{what}: needs {library}</source>
        <translation>{what}: necesita {library}</translation>
    </message>
    <message>
        <source>New study</source>
        <translation>Nuevo estudio</translation>
    </message>
    <message>
        <source>From the producers' table to tested concentrations, with human development and poverty laid over them. Every page checks its input before you go on.</source>
        <translation>De la tabla de productores a concentraciones puestas a prueba, con el desarrollo humano y la pobreza superpuestos. Cada página revisa lo que recibe antes de seguir.</translation>
    </message>
    <message>
        <source>For instance: Rural cheese dairies of Cajamarca</source>
        <translation>Por ejemplo: Queserías rurales de Cajamarca</translation>
    </message>
    <message>
        <source>Title of the study</source>
        <translation>Título del estudio</translation>
    </message>
    <message>
        <source>Folder of the study</source>
        <translation>Carpeta del estudio</translation>
    </message>
    <message>
        <source>Study file and results go there. Its part “private” holds the producers' locations and is not to be handed on.</source>
        <translation>Ahí van el archivo de estudio y los resultados. Su parte «private» guarda las ubicaciones de los productores y no se entrega a nadie.</translation>
    </message>
    <message>
        <source>Use the Cajamarca sample</source>
        <translation>Usar la muestra de Cajamarca</translation>
    </message>
    <message>
        <source>Start from a study file…</source>
        <translation>Partir de un archivo de estudio…</translation>
    </message>
    <message>
        <source>The sample fills in every page: real figures of 127 districts of Peru with 500 &lt;b&gt;synthetic&lt;/b&gt; cheese dairies and 30,000 &lt;b&gt;synthetic&lt;/b&gt; milk producers.</source>
        <translation>La muestra llena todas las páginas: cifras reales de 127 distritos del Perú con 500 queserías &lt;b&gt;sintéticas&lt;/b&gt; y 30 000 productores de leche &lt;b&gt;sintéticos&lt;/b&gt;.</translation>
    </message>
    <message>
        <source>Web map, one page that works offline</source>
        <translation>Mapa web, una página que funciona sin conexión</translation>
    </message>
    <message>
        <source>Report with fact sheets, as a page</source>
        <translation>Informe con fichas, como página</translation>
    </message>
    <message>
        <source>GeoPackage with styles</source>
        <translation>GeoPackage con estilos</translation>
    </message>
    <message>
        <source>Report and fact sheets in PDF</source>
        <translation>Informe y fichas en PDF</translation>
    </message>
    <message>
        <source>What is written</source>
        <translation>Qué se escribe</translation>
    </message>
    <message>
        <source>Maps, tables and fact sheets to hand on hold areas and counts by grid cell, generalised so that no producer can be told. The run goes on in the background; you can keep working.</source>
        <translation>Los mapas, tablas y fichas para entregar llevan áreas y conteos por celda, generalizados para que no se reconozca a ningún productor. La corrida sigue en segundo plano; puede continuar trabajando.</translation>
    </message>
    <message>
        <source>Measured against</source>
        <translation>Se comparan con</translation>
    </message>
    <message>
        <source>Radius</source>
        <translation>Radio</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>Queda fuera</translation>
    </message>
    <message>
        <source>maps of two indicators</source>
        <translation>mapas de dos indicadores</translation>
    </message>
    <message>
        <source>Laid over</source>
        <translation>Se superpone</translation>
    </message>
    <message>
        <source>SIAL tables</source>
        <translation>Tablas SIAL</translation>
    </message>
    <message>
        <source>needs {library}</source>
        <translation>necesita {library}</translation>
    </message>
    <message>
        <source>(choose a layer, or a file with the button)</source>
        <translation>(elija una capa, o un archivo con el botón)</translation>
    </message>
    <message>
        <source>(none)</source>
        <translation>(ninguno)</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>Elegir un archivo</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>Elegir una carpeta</translation>
    </message>
    <message>
        <source>sialgeo: checking the input</source>
        <translation>sialgeo: revisando la entrada</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>Qué se halló</translation>
    </message>
    <message>
        <source>Reading and checking …</source>
        <translation>Leyendo y revisando …</translation>
    </message>
    <message>
        <source>This cannot be used yet.</source>
        <translation>Esto todavía no se puede usar.</translation>
    </message>
    <message>
        <source>Sheet or layer</source>
        <translation>Hoja o capa</translation>
    </message>
    <message>
        <source>Polygons of the study area</source>
        <translation>Polígonos del área de estudio</translation>
    </message>
    <message>
        <source>Table of chains by codes of activity</source>
        <translation>Tabla de cadenas por código de actividad</translation>
    </message>
    <message>
        <source>Year of the table</source>
        <translation>Año de la tabla</translation>
    </message>
    <message>
        <source>south and west</source>
        <translation>sur y oeste</translation>
    </message>
    <message>
        <source>north and west</source>
        <translation>norte y oeste</translation>
    </message>
    <message>
        <source>south and east</source>
        <translation>sur y este</translation>
    </message>
    <message>
        <source>as written</source>
        <translation>como está escrito</translation>
    </message>
    <message>
        <source>none of these</source>
        <translation>ninguno de estos</translation>
    </message>
    <message>
        <source>Where a guess is wrong</source>
        <translation>Si una suposición es errónea</translation>
    </message>
    <message>
        <source>Coordinate system</source>
        <translation>Sistema de coordenadas</translation>
    </message>
    <message>
        <source>Code or name; “any”: held against no country, at sea for instance.</source>
        <translation>Código o nombre; «any»: no se compara con ningún país, en el mar por ejemplo.</translation>
    </message>
    <message>
        <source>Repairs to make where a row needs them; each is told:</source>
        <translation>Reparaciones por hacer donde una fila las necesita; cada una se dice:</translation>
    </message>
    <message>
        <source>Territories and indicators</source>
        <translation>Territorios e indicadores</translation>
    </message>
    <message>
        <source>Districts with human development, poverty or other indicators, in the layer itself or in a table joined by official code. Leave it empty to go without.</source>
        <translation>Distritos con desarrollo humano, pobreza u otros indicadores, en la misma capa o en una tabla que se une por código oficial. Déjelo vacío para seguir sin ellos.</translation>
    </message>
    <message>
        <source>Organisations, memberships, collective actions, specific resources: what makes a concentration a SIAL is not in coordinates. Leave it empty to go without.</source>
        <translation>Organizaciones, membresías, acciones colectivas, recursos específicos: lo que hace de una concentración un SIAL no está en las coordenadas. Déjelo vacío para seguir sin ellas.</translation>
    </message>
    <message>
        <source>Nothing is classified: what was not surveyed is not assessable, never “not activated”.</source>
        <translation>No se clasifica nada: lo que no se levantó es no evaluable, nunca «no activado».</translation>
    </message>
    <message>
        <source>Table of indicators (optional)</source>
        <translation>Tabla de indicadores (opcional)</translation>
    </message>
    <message>
        <source>Official code in the table</source>
        <translation>Código oficial en la tabla</translation>
    </message>
    <message>
        <source>Indicators to lay over</source>
        <translation>Indicadores por superponer</translation>
    </message>
    <message>
        <source>Tables of the study: a workbook or a folder</source>
        <translation>Tablas del estudio: un libro o una carpeta</translation>
    </message>
    <message>
        <source>Date for which the level holds (empty: now)</source>
        <translation>Fecha a la que se refiere el nivel (vacío: hoy)</translation>
    </message>
    <message>
        <source>Write the empty tables…</source>
        <translation>Escribir las tablas vacías…</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Capas</translation>
    </message>
    <message>
        <source>Official code</source>
        <translation>Código oficial</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nombre</translation>
    </message>
    <message>
        <source>Population, to weight by (optional)</source>
        <translation>Población, para ponderar (opcional)</translation>
    </message>
    <message>
        <source>Nothing is laid over. You can do it later with “Overlay HDI and poverty”.</source>
        <translation>No se superpone nada. Puede hacerlo después con «Superponer IDH y pobreza».</translation>
    </message>
    <message>
        <source>establishments</source>
        <translation>establecimientos</translation>
    </message>
    <message>
        <source>farms</source>
        <translation>fincas</translation>
    </message>
    <message>
        <source>population</source>
        <translation>población</translation>
    </message>
    <message>
        <source>milk producers</source>
        <translation>productores de leche</translation>
    </message>
    <message>
        <source>producers of the raw material</source>
        <translation>productores de la materia prima</translation>
    </message>
    <message>
        <source>A layer of points, or an Excel or CSV table with coordinates: one row per producer.</source>
        <translation>Una capa de puntos, o una tabla de Excel o CSV con coordenadas: una fila por productor.</translation>
    </message>
    <message>
        <source>More concentrated than what?</source>
        <translation>¿Más concentradas que qué?</translation>
    </message>
    <message>
        <source>Where there are more people there are more of everything. Give what the producers are measured against: all establishments, all farms, the people, or who makes the milk.</source>
        <translation>Donde hay más gente hay más de todo. Indique con qué se comparan los productores: todos los establecimientos, todas las fincas, la población, o quienes producen la leche.</translation>
    </message>
    <message>
        <source>How near is near?</source>
        <translation>¿Qué tan cerca es cerca?</translation>
    </message>
    <message>
        <source>Producers within the radius of each other are neighbours. Choose it for a reason of the trade (a morning's ride for milk), not until something shows.</source>
        <translation>Los productores que están dentro del radio son vecinos. Elíjalo por una razón del oficio (lo que viaja la leche en una mañana), no hasta que algo aparezca.</translation>
    </message>
    <message>
        <source>Choose what the producers are measured against. Without it a map of producers is a map of people.</source>
        <translation>Elija con qué se comparan los productores. Sin eso, un mapa de productores es un mapa de gente.</translation>
    </message>
    <message>
        <source>For instance t/week</source>
        <translation>Por ejemplo t/semana</translation>
    </message>
    <message>
        <source>The rows that are producers; the whole table can then be the reference.</source>
        <translation>Las filas que son productores; entonces toda la tabla puede ser la referencia.</translation>
    </message>
    <message>
        <source>Only the rows where (empty: all)</source>
        <translation>Solo las filas donde (vacío: todas)</translation>
    </message>
    <message>
        <source>Save the list of faults…</source>
        <translation>Guardar la lista de fallas…</translation>
    </message>
    <message>
        <source>Save the list of faults</source>
        <translation>Guardar la lista de fallas</translation>
    </message>
    <message>
        <source>For instance: milk producers</source>
        <translation>Por ejemplo: productores de leche</translation>
    </message>
    <message>
        <source>Its name, as the outputs say it</source>
        <translation>Su nombre, como lo dirán las salidas</translation>
    </message>
    <message>
        <source>Counts (polygons only)</source>
        <translation>Conteos (solo para polígonos)</translation>
    </message>
    <message>
        <source>The producers are among these units</source>
        <translation>Los productores están entre estas unidades</translation>
    </message>
    <message>
        <source>I do not know: try several</source>
        <translation>No lo sé: probar varios</translation>
    </message>
    <message>
        <source>A ladder of radii is climbed, and the test allows for the choice.</source>
        <translation>Se prueba una escalera de radios, y la prueba tiene en cuenta la elección.</translation>
    </message>
    <message>
        <source>Least number of producers of a core</source>
        <translation>Mínimo de productores de un núcleo</translation>
    </message>
    <message>
        <source>How sure</source>
        <translation>Con qué seguridad</translation>
    </message>
    <message>
        <source>With the strength on held-out producers, the stability and a second method.</source>
        <translation>Con la fuerza en productores apartados, la estabilidad y un segundo método.</translation>
    </message>
    <message>
        <source>Tables and layers</source>
        <translation>Tablas y capas</translation>
    </message>
    <message>
        <source>Chain or product (optional)</source>
        <translation>Cadena o producto (opcional)</translation>
    </message>
    <message>
        <source>Output of each producer (optional)</source>
        <translation>Producción de cada productor (opcional)</translation>
    </message>
    <message>
        <source>Employment of each producer (optional)</source>
        <translation>Empleo de cada productor (opcional)</translation>
    </message>
    <message>
        <source>Locality, to name concentrations (optional)</source>
        <translation>Localidad, para nombrar concentraciones (opcional)</translation>
    </message>
    <message>
        <source>Code of each producer (optional)</source>
        <translation>Código de cada productor (opcional)</translation>
    </message>
    <message>
        <source>Choose a layer of the project, or a file with the button “…”.</source>
        <translation>Elija una capa del proyecto, o un archivo con el botón «…».</translation>
    </message>
    <message>
        <source>faults</source>
        <translation>fallas</translation>
    </message>
    <message>
        <source>Another layer, table or raster</source>
        <translation>Otra capa, tabla o ráster</translation>
    </message>
    <message>
        <source>All rows of the producers' own table</source>
        <translation>Todas las filas de la misma tabla de productores</translation>
    </message>
    <message>
        <source>Only the land where they could be (inconclusive)</source>
        <translation>Solo la tierra donde podrían estar (no concluyente)</translation>
    </message>
    <message>
        <source>Nothing: explore, which proves nothing</source>
        <translation>Nada: explorar, que no prueba nada</translation>
    </message>
    <message>
        <source>Tables, layers and rasters</source>
        <translation>Tablas, capas y rásteres</translation>
    </message>
    <message>
        <source>A quick look: {n} maps drawn by chance, no priorities</source>
        <translation>Un vistazo: {n} mapas sorteados al azar, sin prioridades</translation>
    </message>
    <message>
        <source>A result: {n} maps drawn by chance</source>
        <translation>Un resultado: {n} mapas sorteados al azar</translation>
    </message>
</context>
</TS>
