"""The words that experiments without a name are named with: short, plain, easy to say on the phone."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ADJECTIVES = _words(
    """
    able agile airy alert amber ample apt arctic ashen azure balmy basic blithe bold bonny boreal brave
    breezy brief bright brisk bronze calm candid chief civil classy clean clear clever coastal cobalt
    cool copper coral cosmic cozy crisp curly dainty dapper daring deep deft dense double dusky eager
    early earthy easy elder epic even exact fabled fair famed fancy fast feral fervid fiery fine firm
    first fleet fluffy fond formal frank fresh frosty full fuzzy gentle giant gilded glad golden good
    grand grassy green handy hardy hasty hazel hearty high honest humble icy ideal indigo inner ivory
    jade jaunty jolly jovial keen kind known large lasting late lavish leafy level light limber linen
    lively lofty long loyal lucid lucky lunar major maple marine mellow merry mighty mild minty misty
    modest mossy mutual naval near neat nimble noble novel oaken olive opal open orange outer patient
    peachy pearly placid plain plucky polar polite prime proper proud purple quaint quick quiet rapid
    rare ready regal robust rocky roomy rosy round royal ruby rural rustic safe sandy sharp shiny silent
    silken silver simple sleek smart smooth snowy snug sober solar solid sonic sound spry stable starry
    steady steep sturdy sunny super sure swift tall tame tangy tart teal tender tidal tidy tough trim
    true upbeat urban valid vast velvet vital vivid vocal warm wavy wide wild windy wise witty woody
    worthy young zesty
    """
)

NOUNS = _words(
    """
    acorn alder alpaca anchor anvil apple arbor arrow aspen atlas atoll badger bagel bamboo banjo barley
    basil basin bay beacon beaver birch bison bloom boat bobcat bonsai breeze bridge brook buffalo bugle
    cabin cactus camel canal candle canoe canyon caravan carp castle cedar cello chime cicada cider
    cliff clover cobra comet compass condor copse coral cougar cove crane crater creek cricket crow
    curlew cypress dahlia daisy delta dingo dolphin dove dragon drum dune eagle echo egret elk elm ember
    falcon fern ferret fiddle field finch fjord flint flute fog forest fossil fox frog galaxy garnet
    gazelle gecko geyser glacier glade goat goose grotto grouse grove gull harbor hare harp hawk hazel
    heath hedge heron hill hornet ibex ibis inlet iris island ivy jackal jaguar jasper kayak kestrel
    kettle kite koala lagoon lake lantern larch lark laurel lemur lily linnet lion llama lotus lupin
    lynx magpie mango mantis maple marlin marten meadow mesa meteor mink moose moss moth nebula newt
    nutmeg oak oasis ocelot orbit orchid oriole osprey otter owl oxbow panda panther parrot pebble
    pelican pepper petrel pigeon pine planet plover plum pond poplar prairie puffin puma quail quartz
    quince rabbit raven reed reef ridge river robin rook saffron salmon sandbar sequoia shore shrew
    skunk sloth snail sparrow spruce squid stag star stoat stone stork stream summit swan swift tapir
    teal tern thistle thrush tiger toad topaz trail trout tulip tundra turtle valley viper vole walnut
    walrus warbler wave weasel whale willow wolf wombat wren yak zebra zephyr
    """
)
